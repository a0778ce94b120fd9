"""Goes over audit trails link by link and says where one was tampered with."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from accounts.chain import Finding
from scrm.flows.audit import audit_verified
from tenants.selectors import tenant_by_name, tenant_schemas

_SAID: Final = {
    "anchor_forged": "the anchor at link {number} does not carry this installation's mark",
    "link_missing": "link {number} is missing, or stands in another place",
    "entry_deleted": "entry {entry_id} (link {number}) is gone",
    "entry_changed": "entry {entry_id} (link {number}) is not what was sealed",
    "chain_rewritten": "the chain was written anew before link {number}, which its anchor shows",
    "tail_cut": "the chain ends before link {number}, which it had reached",
    "entry_inserted": "entry {entry_id} was put in past the trail, or its link was taken out",
}


class Command(BaseCommand):
    help = "Verify the audit trail of every host, or of one. Ends with 1 when something was tampered with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="this tenant alone; “public” for the platform's own")

    def handle(self, *args: Any, tenant: str | None, **options: Any) -> None:
        if tenant and tenant != "public" and tenant_by_name(tenant) is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        broken = [name for name in ([tenant] if tenant else ["public", *tenant_schemas()]) if not self._is_whole(name)]
        if broken:
            raise CommandError("Tampered with: " + ", ".join(broken) + ".")

    def _is_whole(self, name: str) -> bool:
        verdict = audit_verified(None if name == "public" else tenant_by_name(name))
        state = f"{len(verdict.findings)} findings" if verdict.findings else "whole"
        waiting = f", {verdict.unsealed} waiting for their link" if verdict.unsealed else ""
        self.stdout.write(f"{name}: {verdict.entries} links, {state}{waiting}")
        for finding in verdict.findings:
            self.stdout.write(f"  {_sentence(finding)}")
        return not verdict.findings


def _sentence(finding: Finding) -> str:
    return _SAID[finding.kind].format(number=finding.number, entry_id=finding.entry_id)
