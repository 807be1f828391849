"""The project's addresses: the admin site."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

admin.site.site_header = admin.site.site_title = "AI assistant"
# The admin's own index page, with an overview of the assistant's tables above.
admin.site.index_template = "assistant_conversations/admin_index.html"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
