"""What tests of the builder of forms begin with: what it posts for a form that can be published."""

DRAFT = {
    "title": "Book a test drive",
    "intro": "",
    "q-count": "4",
    "q-0-id": "1",
    "q-0-kind": "name",
    "q-0-label": "Your name",
    "q-0-required": "on",
    "q-1-id": "2",
    "q-1-kind": "phone",
    "q-1-label": "Your phone number",
    "q-2-id": "3",
    "q-2-kind": "choice",
    "q-2-label": "Which model?",
    "q-2-choice": ["V3", "V5", ""],
    "q-2-tag": ["", "", ""],
    "q-3-id": "4",
    "q-3-kind": "text",
    "q-3-label": "Why that one?",
    "q-3-show": "3",
    "q-3-value": ["V5"],
}


def publish(desk, form, **said) -> None:
    desk.post(f"/forms/{form.pk}/", {**DRAFT, **said, "publish": "1"})
