"""The demo car maker: Volta Motors, electric cars through dealers in Europe."""

from decimal import Decimal

from accounts.enums import Role
from scrm.demo.shape import Business, Channel, Item, Person, Piece, Plan

CARS = Business(
    schema="volta",
    name="Volta Motors",
    zone="Europe/Berlin",
    language="en",
    region="DE",
    currency="EUR",
    chinese_names=0.15,
    departments=(
        ("Region North", ""),
        ("Dealer Hamburg", "Region North"),
        ("Dealer Berlin", "Region North"),
        ("HQ", ""),
    ),
    people=(
        Person("principal", "Helena Falk", Role.PRINCIPAL),
        Person("admin", "Tom Winkler", Role.ADMIN, "HQ"),
        Person("ops", "Sofia Marin", Role.OPS, "HQ"),
        Person("manager", "Jan Petersen", Role.MANAGER, "Region North"),
        Person("rep", "Lena Brandt", Role.REP, "Dealer Hamburg"),
        Person("rep2", "Oskar Dahl", Role.REP, "Dealer Hamburg"),
        Person("rep3", "Mia Keller", Role.REP, "Dealer Berlin"),
        Person("rep4", "陈嘉怡", Role.REP, "Dealer Berlin"),
    ),
    channels=(
        Channel("Search ads", "paid", 28, 640, 0.8, "search_ads"),
        Channel("Social ads", "paid", 22, 480, 0.5, "social_ads"),
        Channel("Configurator", "owned", 18, 60, 1.5, "configurator"),
        Channel("Dealer walk-in", "dealer", 16, 0, 1.7, "walk_in"),
        Channel("E-mobility fair", "event", 9, 350, 1.0, "fair"),
        Channel("Owners' referral", "referral", 7, 40, 2.0, "referral"),
    ),
    cities=("Hamburg", "Berlin", "Bremen", "Hannover", "Kiel", "Leipzig", "Lübeck", "Rostock"),
    tags=(
        ("Model", False, (("V3 city", "teal"), ("V5 estate", "blue"), ("V7 SUV", "violet"))),
        ("Power at home", True, (("Wallbox", "green"), ("No charger", "amber"))),
        ("Buyer", True, (("Private", "gray"), ("Company car", "red"))),
    ),
    attributes={"Horizon": ("This month", "3 months", "6 months", "Open"), "Trade-in": ("Yes", "No")},
    items=(
        Item("V3", "Volta V3 city", "Cars", Decimal("27900.00")),
        Item("V5", "Volta V5 estate", "Cars", Decimal("38900.00")),
        Item("V7", "Volta V7 SUV", "Cars", Decimal("49900.00")),
        Item("WB11", "Wallbox 11 kW", "Accessories", Decimal("890.00")),
    ),
    pieces=(
        Piece("How far does it really go?", "Range in winter, measured", "product", "412 km at 3 °C, heated."),
        Piece("What a charge costs", "At home, on the road, by the year", "price", "From 6 € per 100 km at home."),
        Piece("Owners tell", "Three families, one year", "cases", "Three owners on what they would do again."),
    ),
    live=Plan(
        "Test drive in a week",
        "From enquiry to test drive, with a call on the next day",
        (
            {
                "name": "Thank you",
                "channel": "email",
                "offset": {"kind": "immediately"},
                "subject": "Your enquiry at Volta",
                "body": (
                    'Hello {{contact.name|"there"}},\n\nthank you. Most people ask about range first: {{link}}\n\n'
                    '{{rep.name|"We"}} will call you.\n\nNo more mail: {{withdraw_link}}'
                ),
                "material": 0,
            },
            {
                "name": "First call",
                "channel": "rep_task",
                "offset": {"kind": "days", "n": 1, "at": "10:00"},
                "body": (
                    'Call {{contact.name|"the customer"}}: which model, by when, charger at home? '
                    "Offer two times for a test drive."
                ),
            },
            {
                "name": "Running costs",
                "channel": "email",
                "offset": {"kind": "days", "n": 3, "at": "18:30"},
                "subject": "What a charge costs",
                "body": "At home, on the road, by the year: {{link}}\n\nNo more mail: {{withdraw_link}}",
                "material": 1,
            },
            {
                "name": "Saturday test drive",
                "channel": "rep_task",
                "offset": {"kind": "weekday", "weekday": 5, "at": "09:30"},
                "body": 'Invite {{contact.name|"the customer"}} to drive on Saturday.',
            },
            {
                "name": "Two weeks on",
                "channel": "rep_task",
                "offset": {"kind": "days", "n": 14, "at": "16:00"},
                "body": 'Ask {{contact.name|"the customer"}} what is still open. Offer a quotation.',
            },
        ),
    ),
    draft=Plan(
        "Owners' first month",
        "After delivery: questions, first service, referral",
        (
            {
                "name": "How is it going?",
                "channel": "email",
                "offset": {"kind": "days", "n": 7, "at": "10:00"},
                "subject": "Your first week",
                "body": "Three owners tell: {{link}}\n\nNo more mail: {{withdraw_link}}",
                "material": 2,
            },
        ),
    ),
    form={
        "title": "Book a test drive",
        "intro": "Tell us when. Your dealer calls you within a day.",
        "colour": "teal",
        "questions": [
            {"kind": "name", "label": "Your name", "required": True},
            {"kind": "phone", "label": "Your phone number", "help": "A phone number or an e-mail address is enough."},
            {"kind": "email", "label": "Your e-mail address"},
            {
                "kind": "choice",
                "label": "Which model?",
                "choices": [("V3 city", "V3 city"), ("V5 estate", "V5 estate"), ("V7 SUV", "V7 SUV"), ("Not sure", "")],
            },
            {"kind": "date", "label": "When suits you?"},
            {
                "kind": "choice",
                "label": "Can you charge at home?",
                "choices": [("Yes", "Wallbox"), ("No", "No charger")],
            },
            {
                "kind": "text",
                "label": "Where would you charge?",
                "show": {"id": "6", "values": ["No"]},
            },
            {
                "kind": "consent",
                "label": "Volta Motors may call me and write to me about this enquiry.",
                "required": True,
            },
        ],
        "thanks": "Thank you. Your dealer will call you.",
    },
    segments=(
        ("Hamburg", {"fact": "contact.city", "op": "is", "value": "Hamburg"}),
        ("Known by e-mail", {"fact": "contact.known_by", "op": "has", "value": "email"}),
        (
            "Active beyond Hamburg",
            {
                "all": [
                    {"fact": "segments", "op": "has_none", "value": ["Hamburg"]},
                    {
                        "any": [
                            {"fact": "events.count", "op": "gte", "value": 2, "args": {"days": 30}},
                            {"fact": "segments", "op": "has_any", "value": ["Known by e-mail"]},
                        ]
                    },
                ]
            },
        ),
    ),
    campaign="Autumn test drives",
    said=(
        "Drives 18,000 km a year, wants the estate.",
        "No charger at home; asked about the wallbox.",
        "Voice mail, sent a message.",
        "Test drive on Saturday at ten.",
        "Compares with two others, decides by month's end.",
        "Came to the showroom with the family.",
    ),
    file=("Fair visitors.csv", ("Name", "Phone", "City", "Source", "Note")),
    system="Configurator",
)
