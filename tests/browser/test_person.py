"""What the end of each of these tests looks for is found."""

from tests.browser.person import Person

# An error of a script, and an image of another host.
MISTAKES = """
    const script = document.createElement("script");
    script.textContent = "throw new Error('a mistake')";
    document.head.append(script);
    const image = new Image();
    const failed = new Promise((resolve) => image.addEventListener("error", resolve));
    image.src = "http://host.example/image.png";
    document.body.append(image);
    return failed.then(() => true);
"""


def test_errors_and_other_hosts_do_not_pass_unnoticed(person: Person) -> None:
    person.open("/admin/login/")
    assert person.run(MISTAKES)

    seen: list[str] = []
    for mistake in ("a mistake", "http://host.example/image.png"):
        person.wait(
            lambda text=mistake: text in "\n".join(seen) or seen.extend(person.complaints())
        )
    assert "host.example" in person.requested_hosts()
