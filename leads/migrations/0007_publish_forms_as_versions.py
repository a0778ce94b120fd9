"""Each form as it stands becomes its version 1; a few rows per business, so one pass."""

from django.db import migrations

_PERSON = (("name", "Your name", "您的姓名"), ("phone", "Your phone number", "您的手机号"))
_PERSON += (("email", "Your e-mail address", "您的邮箱"), ("city", "Your city", "您所在的城市"))


def publish(apps, schema_editor):
    Form, FormVersion = apps.get_model("leads", "Form"), apps.get_model("leads", "FormVersion")
    for form in Form.objects.filter(live_version=None, draft__isnull=True).order_by("pk"):
        FormVersion.objects.create(form=form, number=1, content=_content(form), published_at=form.created_at)
        Form.objects.filter(pk=form.pk).update(live_version=1)


def take_back(apps, schema_editor):
    Form, FormVersion = apps.get_model("leads", "Form"), apps.get_model("leads", "FormVersion")
    for version in FormVersion.objects.select_related("form").order_by("form_id", "-number").distinct("form_id"):
        content, form = version.content, version.form
        asked = {each["kind"]: each for each in content["questions"]}
        form.intro, form.thanks = content["intro"], content["thanks"]
        for kind, _label, _chinese in _PERSON:
            setattr(form, f"ask_{kind}", kind in asked)
        form.consent_text = asked.get("consent", {}).get("label", "")
        form.questions = [
            {"key": each["key"], "label": each["label"], "choices": [choice["label"] for choice in each["choices"]]}
            for each in content["questions"]
            if each["kind"] in ("text", "choice")
        ]
        form.save()
    FormVersion.objects.all().delete()
    Form.objects.update(live_version=None)


def _content(form):
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in form.title)
    both = form.ask_phone and form.ask_email
    questions = [
        {"kind": kind, "key": kind, "label": zh if chinese else en, "required": kind == "name" or (kind != "city" and not both)}
        for kind, en, zh in _PERSON
        if getattr(form, f"ask_{kind}")
    ]
    for each in form.questions:
        choices = [{"label": label, "tags": []} for label in each.get("choices", [])]
        kind = "choice" if choices else "text"
        questions.append({"kind": kind, "key": each["key"], "label": each["label"], "required": False, "choices": choices})
    if form.consent_text:
        questions.append({"kind": "consent", "key": form.consent_text[:80], "label": form.consent_text, "required": True})
    usual = {"help": "", "placeholder": "", "choices": [], "show": None}
    return {
        **{"title": form.title, "intro": form.intro, "button": "", "colour": ""},
        **{"thanks": form.thanks, "next_url": ""},
        "questions": [{**usual, **each, "id": str(place)} for place, each in enumerate(questions, 1)],
    }


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0006_add_referrals'),
    ]

    operations = [migrations.RunPython(publish, take_back)]
