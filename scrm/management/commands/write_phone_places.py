"""Writes leads/phone_places.bin anew from the tables of phonenumbers: where Chinese mobile numbers were sold."""

from typing import Any

from django.core.management.base import BaseCommand

from leads.regions import FIRST, LAST, PLACES, packed


class Command(BaseCommand):
    help = "Write the places of Chinese mobile prefixes, after an update of phonenumbers."

    def handle(self, *arguments: Any, **options: Any) -> None:
        from phonenumbers.geodata import GEOCODE_DATA, GEOCODE_LONGEST_PREFIX

        places = {}
        for prefix in range(FIRST, LAST):
            number = f"86{prefix}"
            for length in range(min(len(number), GEOCODE_LONGEST_PREFIX), 2, -1):
                if number[:length] in GEOCODE_DATA:
                    places[prefix] = GEOCODE_DATA[number[:length]].get("zh", "").replace(",", "")
                    break
        PLACES.write_bytes(packed(places))
        print(f"{len(places)} prefixes, {PLACES.stat().st_size} bytes")
