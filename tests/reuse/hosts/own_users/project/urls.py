"""The project's addresses: the admin site."""

from django.contrib import admin
from django.urls import path

admin.site.index_template = "assistant_conversations/admin_index.html"

urlpatterns = [path("admin/", admin.site.urls)]
