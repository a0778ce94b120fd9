"""What each line of the audit trail says to people: one sentence per dotted verb, behind the name of who did it."""

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise

WORDS: Final[dict[str, Words]] = {
    "api_key.created": gettext_lazy("made an API key"),
    "api_key.revoked": gettext_lazy("revoked an API key"),
    "api_key.rotated": gettext_lazy("gave an API key a new secret"),
    "assignment_rule.archived": gettext_lazy("archived an assignment rule"),
    "assignment_rule.restored": gettext_lazy("restored an assignment rule"),
    "assignment_rule.saved": gettext_lazy("saved an assignment rule"),
    "assignment_rule.switched": gettext_lazy("switched an assignment rule on or off"),
    "assignment_rules.ordered": gettext_lazy("changed the order of the assignment rules"),
    "audit.exported": gettext_lazy("exported the audit trail"),
    "campaign.action_added": gettext_lazy("added a next action to a campaign"),
    "campaign.action_settled": gettext_lazy("settled a next action of a campaign"),
    "campaign.copied": gettext_lazy("copied a campaign"),
    "campaign.review_changed": gettext_lazy("changed the review of a campaign"),
    "campaign.reviewed": gettext_lazy("looked back at a campaign"),
    "commission.removed": gettext_lazy("removed a commission rate"),
    "commission.set": gettext_lazy("set a commission rate"),
    "company.edited": gettext_lazy("changed a company"),
    "company.made": gettext_lazy("added a company"),
    "company.merge_undone": gettext_lazy("took the merge of two companies back"),
    "company.merged": gettext_lazy("merged two companies"),
    "consent.given": gettext_lazy("noted that a contact may be reached"),
    "consent.rule_set": gettext_lazy("said on which channels people must have agreed"),
    "consent.text_added": gettext_lazy("wrote a text that people agree to"),
    "consent.withdrawn": gettext_lazy("noted that a contact is not to be reached"),
    "contact.alike_again": gettext_lazy("wants two contacts looked at once more"),
    "contact.duplicates_sought": gettext_lazy("had all contacts searched for duplicates"),
    "contact.edited": gettext_lazy("changed a contact"),
    "contact.fields_set": gettext_lazy("filled in fields of a contact"),
    "contact.handed_over": gettext_lazy("handed contacts over"),
    "contact.merged": gettext_lazy("merged two contacts"),
    "contact.placed": gettext_lazy("said where a contact works"),
    "contact.rated": gettext_lazy("rated a contact"),
    "contact.told_apart": gettext_lazy("noted that two contacts are two people"),
    "contact.unmerged": gettext_lazy("took a merge of contacts back"),
    "domain.checked": gettext_lazy("checked the proof of a domain"),
    "domain.chosen": gettext_lazy("made a domain the primary one"),
    "domain.claimed": gettext_lazy("claimed a domain"),
    "domain.released": gettext_lazy("gave a domain up"),
    "domain.vouched": gettext_lazy("vouched for a domain"),
    "duty.changed": gettext_lazy("changed what somebody takes on"),
    "field.archived": gettext_lazy("archived a field"),
    "field.edited": gettext_lazy("changed a field"),
    "field.made": gettext_lazy("made a field"),
    "field.restored": gettext_lazy("restored a field"),
    "file.attached": gettext_lazy("added files to a contact"),
    "file.read": gettext_lazy("opened a file of a contact"),
    "file.removed": gettext_lazy("deleted a file of a contact"),
    "form.published": gettext_lazy("published a form"),
    "form.routed": gettext_lazy("said where the leads of a form go"),
    "form.saved": gettext_lazy("saved a form"),
    "form.taken_back": gettext_lazy("took a form back"),
    "held_lead.decided": gettext_lazy("decided about held leads"),
    "hours.changed": gettext_lazy("changed opening hours"),
    "hours.dropped": gettext_lazy("dropped opening hours"),
    "identity.reveal_refused": gettext_lazy("wanted to see more in clear than the role may"),
    "identity.revealed": gettext_lazy("saw a phone, an e-mail or an id in clear"),
    "import.cancelled": gettext_lazy("cancelled an import"),
    "import.started": gettext_lazy("started an import"),
    "hand_over.cancelled": gettext_lazy("stopped a hand-over"),
    "hand_over.started": gettext_lazy("began to hand over what a colleague has"),
    "hand_over.undo_cancelled": gettext_lazy("stopped undoing a hand-over"),
    "hand_over.undo_started": gettext_lazy("began to undo a hand-over"),
    "hand_over.undone": gettext_lazy("undid a hand-over"),
    "stage.handed_over": gettext_lazy("handed contacts on with a stage"),
    "stage_hand_over.saved": gettext_lazy("changed to whom a stage hands customers"),
    "import.undo_cancelled": gettext_lazy("stopped undoing an import"),
    "import.undo_started": gettext_lazy("began to undo an import"),
    "import.undone": gettext_lazy("undid an import"),
    "interaction.changed": gettext_lazy("corrected what was logged"),
    "interaction.deleted": gettext_lazy("deleted what was logged"),
    "interaction.logged": gettext_lazy("logged what was said"),
    "interaction.restored": gettext_lazy("brought back what was logged"),
    "lead.captured": gettext_lazy("took in leads"),
    "lead.contacted": gettext_lazy("marked leads as contacted"),
    "lead.lost": gettext_lazy("lost a lead"),
    "lead.rated": gettext_lazy("rated a lead"),
    "lead.reassigned": gettext_lazy("gave a lead to somebody else"),
    "lead.taken_away": gettext_lazy("took leads away from who did not answer in time"),
    "lead.updated": gettext_lazy("updated leads"),
    "lead.won": gettext_lazy("won a lead"),
    "leave.added": gettext_lazy("noted a leave"),
    "leave.ended": gettext_lazy("ended a leave"),
    "lifecycle.created": gettext_lazy("made a lifecycle"),
    "lifecycle.rule_saved": gettext_lazy("saved a stage rule"),
    "lifecycle.rule_started": gettext_lazy("switched a stage rule on"),
    "lifecycle.rule_stopped": gettext_lazy("switched a stage rule off"),
    "lifecycle.stage_saved": gettext_lazy("saved a stage"),
    "lifecycle.stage_shifted": gettext_lazy("moved a stage"),
    "link.paused": gettext_lazy("paused an entry link"),
    "link.resumed": gettext_lazy("let an entry link lead on again"),
    "link.saved": gettext_lazy("saved entry links"),
    "link.site_allowed": gettext_lazy("allowed a site for links"),
    "link.site_forbidden": gettext_lazy("forbade a site for links"),
    "login.failed": gettext_lazy("could not log in"),
    "login.locked": gettext_lazy("was locked out"),
    "login.succeeded": gettext_lazy("logged in"),
    "login.unlocked": gettext_lazy("ended a lock-out"),
    "material.saved": gettext_lazy("saved a material"),
    "opportunity.changed": gettext_lazy("changed an opportunity"),
    "opportunity.created": gettext_lazy("made an opportunity"),
    "opportunity.moved": gettext_lazy("moved an opportunity"),
    "opportunity.removed": gettext_lazy("deleted an opportunity"),
    "opportunity_stage.saved": gettext_lazy("saved a stage of opportunities"),
    "outcome.saved": gettext_lazy("saved an outcome of talks"),
    "page.used": gettext_lazy("changed something"),
    "password.changed": gettext_lazy("changed a password"),
    "payload.revealed": gettext_lazy("saw what was sent with a lead"),
    "person.copied": gettext_lazy("made a copy of all that is known of a person"),
    "person.copy_fetched": gettext_lazy("fetched the copy of a person's data"),
    "person.erased": gettext_lazy("erased a person"),
    "person.left_behind": gettext_lazy("changed a colleague who leaves"),
    "person_request.noted": gettext_lazy("noted what a person asks"),
    "person_request.settled": gettext_lazy("settled what a person asked"),
    "pool.assigned": gettext_lazy("handed out customers of the public pool"),
    "pool.claimed": gettext_lazy("claimed a customer from the public pool"),
    "pool.entered": gettext_lazy("put customers into the public pool"),
    "pool_policy.saved": gettext_lazy("changed the rules of the public pool"),
    "pool_rule.saved": gettext_lazy("saved when customers go to the public pool"),
    "pool_rule.switched": gettext_lazy("switched a rule of the public pool on or off"),
    "product.saved": gettext_lazy("saved a product"),
    "recognition.changed": gettext_lazy("changed by what customers are recognised"),
    "recovery_codes.made": gettext_lazy("made recovery codes"),
    "referral.saved": gettext_lazy("saved a referral program"),
    "response_rule.saved": gettext_lazy("saved a time to answer"),
    "response_rule.switched": gettext_lazy("switched a time to answer on or off"),
    "reveal.limits_set": gettext_lazy("said how many may be seen in clear"),
    "review.added": gettext_lazy("added reviews"),
    "review.lead_linked": gettext_lazy("linked a lead to a review"),
    "review.lead_unlinked": gettext_lazy("took a lead off a review"),
    "review.planned": gettext_lazy("said who answers a review"),
    "review.settled": gettext_lazy("settled a review"),
    "reward.approved": gettext_lazy("approved rewards"),
    "reward.paid": gettext_lazy("noted rewards as paid"),
    "reward.refused": gettext_lazy("refused rewards"),
    "score_rule.saved": gettext_lazy("saved a score rule"),
    "score_rule.switched": gettext_lazy("switched a score rule"),
    "score_scale.saved": gettext_lazy("changed from when on people are warm or hot"),
    "second_factor.added": gettext_lazy("added a second factor"),
    "second_factor.removed": gettext_lazy("removed a second factor"),
    "second_factor.reset": gettext_lazy("reset somebody's second factors"),
    "secrets.resealed": gettext_lazy("sealed personal data with the new key"),
    "segment.deleted": gettext_lazy("deleted a segment"),
    "segment.saved": gettext_lazy("saved a segment"),
    "session.ended": gettext_lazy("ended a session"),
    "sop.paused": gettext_lazy("paused an SOP"),
    "sop.published": gettext_lazy("published an SOP"),
    "sop.resumed": gettext_lazy("resumed an SOP"),
    "sop.start_cancelled": gettext_lazy("cancelled the start of an SOP"),
    "sop.started_by_hand": gettext_lazy("started an SOP by hand"),
    "sop.stopped": gettext_lazy("stopped an SOP"),
    "source.archived": gettext_lazy("archived a source"),
    "source.cost_removed": gettext_lazy("removed a source's cost"),
    "source.cost_set": gettext_lazy("set a source's cost"),
    "source.merge_undone": gettext_lazy("took a merge of sources back"),
    "source.merged": gettext_lazy("merged a source into another"),
    "source.restored": gettext_lazy("offered a source again"),
    "source.saved": gettext_lazy("saved a source"),
    "stage.moved": gettext_lazy("moved contacts to a stage"),
    "support.change_refused": gettext_lazy("tried what a support session may not do"),
    "support.entered": gettext_lazy("came in for support"),
    "support.granted": gettext_lazy("let support in"),
    "support.left": gettext_lazy("ended the support session"),
    "support.link_made": gettext_lazy("asked for a support link"),
    "support.page_changed": gettext_lazy("sent a page in a support session"),
    "support.page_opened": gettext_lazy("opened a page in a support session"),
    "support.refused": gettext_lazy("asked for support access and was refused"),
    "support.revoked": gettext_lazy("revoked support access"),
    "support.visit_ended": gettext_lazy("ended a visit of support"),
    "tag.archived": gettext_lazy("archived a tag"),
    "tag.category_created": gettext_lazy("made a tag category"),
    "tag.created": gettext_lazy("made a tag"),
    "tag.given": gettext_lazy("tagged contacts"),
    "tag.group_created": gettext_lazy("made a tag group"),
    "tag.renamed": gettext_lazy("renamed a tag"),
    "tag.restored": gettext_lazy("restored a tag"),
    "tag.rule_saved": gettext_lazy("saved a tag rule"),
    "tag.rule_started": gettext_lazy("switched a tag rule on"),
    "tag.rule_stopped": gettext_lazy("switched a tag rule off"),
    "tag.taken": gettext_lazy("took tags away from contacts"),
    "task.done": gettext_lazy("finished a task"),
    "task.given_up": gettext_lazy("gave a task up"),
    "task.snoozed": gettext_lazy("put a task off"),
    "tenant.exported": gettext_lazy("exported the business"),
    "tenant.leaves": gettext_lazy("stopped the business, to be deleted"),
    "tenant.paused": gettext_lazy("paused the business"),
    "tenant.removed": gettext_lazy("removed the business"),
    "tenant.renamed": gettext_lazy("renamed the business"),
    "tenant.restored": gettext_lazy("restored the business"),
    "tenant.resumed": gettext_lazy("let the business go on"),
    "tenant.stays": gettext_lazy("kept the business after all"),
    "tenant.suspended": gettext_lazy("suspended the business"),
    "touchpoint.called_twice": gettext_lazy("noticed that a touch may have gone out twice"),
    "touchpoint.settled": gettext_lazy("settled an unknown touch"),
    "voice.recorded": gettext_lazy("recorded what a customer said"),
    "voice.removed": gettext_lazy("took out what a customer said"),
    "voice_topic.saved": gettext_lazy("saved a topic of voices"),
    "webhook.changed": gettext_lazy("changed a webhook"),
    "webhook.created": gettext_lazy("made a webhook"),
    "webhook.deleted": gettext_lazy("deleted a webhook"),
    "webhook.paused": gettext_lazy("switched a webhook off, as its receiver took nothing"),
    "webhook.rotated": gettext_lazy("gave a webhook a new secret"),
    "webhook.switched": gettext_lazy("switched a webhook on or off"),
    "webhook_in.changed": gettext_lazy("changed a webhook in"),
    "webhook_in.created": gettext_lazy("made a webhook in"),
    "webhook_in.deleted": gettext_lazy("deleted a webhook in"),
    "webhook_in.live": gettext_lazy("let a webhook in go live"),
    "webhook_in.mapped": gettext_lazy("changed what the fields of a webhook in become"),
    "webhook_in.paused": gettext_lazy("paused a webhook in"),
    "webhook_in.replayed": gettext_lazy("took messages of a webhook in in once more"),
    "webhook_in.sampled": gettext_lazy("chose the sample of a webhook in"),
}

_PAGES: Final[dict[str, Words]] = {
    "ops:campaign_create": gettext_lazy("made a campaign"),
    "ops:campaign_edit": gettext_lazy("saved a campaign"),
    "ops:import_start": gettext_lazy("uploaded a file to import"),
    "ops:segment_refresh": gettext_lazy("counted a segment anew"),
    "ops:settings": gettext_lazy("chose a language"),
    "ops:sop_create": gettext_lazy("began an SOP"),
    "ops:sop_edit": gettext_lazy("saved an SOP's draft"),
}

_BY_ADMIN: Final[dict[str, Words]] = {
    "added": gettext_lazy("added in the administration: %(thing)s"),
    "changed": gettext_lazy("changed in the administration: %(thing)s"),
    "deleted": gettext_lazy("deleted in the administration: %(thing)s"),
}


def sentence(action: str, details: Mapping[str, Any]) -> str:
    """What was done, in the reader's language."""
    page = str(details.get("page", ""))
    if action == "page.used" and page:
        return str(_PAGES.get(page) or _("changed something on the page %(page)s") % {"page": page})
    if action in WORDS:
        return str(WORDS[action])
    model, _dot, verb = action.partition(".")
    things = {model._meta.model_name: str(model._meta.verbose_name) for model in apps.get_models()}
    if verb in _BY_ADMIN:
        return str(_BY_ADMIN[verb]) % {"thing": things.get(model, model)}
    return action


def told(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details of a line as names and texts."""
    return [
        (name.replace("_", " "), _text(value)) for name, value in details.items() if value not in (None, "", [], {})
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    return str(value)


def choices() -> list[tuple[str, Words]]:
    """Every verb with what it says, for a filter."""
    return sorted(WORDS.items(), key=lambda item: str(item[1]))
