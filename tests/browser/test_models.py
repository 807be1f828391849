"""One model configuration is the default."""

from assistant.settings.models import ModelConfig
from tests import factories
from tests.browser.person import Person


def default_names() -> list[str]:
    return list(ModelConfig.objects.filter(is_default=True).values_list("name", flat=True))


def test_the_default_is_switched_by_an_action_and_by_a_button(root: Person) -> None:
    factories.make_model_config(name="Large", is_default=True)
    small = factories.make_model_config(name="Small")
    tiny = factories.make_model_config(name="Tiny")

    root.open_list(ModelConfig)
    root.click(f"input.action-select[value='{small.pk}']")
    root.choose("[name=action]", "Make default")
    root.follow("#changelist-form .actions [type=submit]")
    assert "“Small” is the default now." in root.text_of(".messagelist .success")
    assert default_names() == ["Small"]
    assert [row for row in root.texts_of("#result_list tbody tr") if "Default" in row] == [
        row for row in root.texts_of("#result_list tbody tr") if "Small" in row
    ]

    root.open(tiny)
    root.follow("[name=_make_default]")
    assert root.path.endswith(f"/{tiny.pk}/change/")
    assert "“Tiny” is the default now." in root.texts_of(".messagelist .success")
    assert default_names() == ["Tiny"]
    assert not root.all("[name=_make_default]")
