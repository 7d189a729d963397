"""The shop's people: the customer and the staff member that log in, and everybody else."""

import datetime

from django.contrib.auth.hashers import make_password
from oscar.apps.address.models import Country, UserAddress
from oscar.core.compat import get_user_model

JOINED = datetime.datetime(2021, 10, 4, 12, 0, tzinfo=datetime.UTC)
CUSTOMER = ("Emma", "Lopez", "emma.lopez@gmail.com", "Password.123")
STAFF = ("Grace", "Nguyen", "admin@example.com", "admin1234")
OTHERS = """
Oliver Bennett, Priya Raman, Marcus Webb, Hannah Fischer, Diego Castillo, Amara Okafor, Liam Doyle,
Sofia Marino, Ethan Brooks, Mei Tanaka, Noah Lindqvist, Chloe Martin, Samuel Osei, Ingrid Halvorsen,
Jack Turner, Leila Haddad, Victor Petrov, Nina Kowalski, Ryan Mitchell, Aisha Rahman, Tom Gallagher,
Elena Popescu, Caleb Foster, Yuki Sato, Maya Cohen, Peter Novak, Zoe Campbell, Andre Silva
""".replace("\n", " ").split(",")
STREETS = (
    "Maple Avenue",
    "Birch Street",
    "Harbour Road",
    "Station Lane",
    "Orchard Drive",
    "Mill Street",
)
TOWNS = (
    ("Pittsburgh", "PA", "15213", "412"),
    ("Denver", "CO", "80203", "303"),
    ("Portland", "OR", "97205", "503"),
    ("Madison", "WI", "53703", "608"),
    ("Austin", "TX", "78701", "512"),
    ("Boston", "MA", "02108", "617"),
    ("Savannah", "GA", "31401", "912"),
)


def open_accounts(clock, rng):
    """Return the customer, the staff member and all other customers, each with an address."""
    User = get_user_model()
    for code, name, numeric in (("US", "United States", "840"), ("CA", "Canada", "124")):
        Country.objects.create(
            iso_3166_1_a2=code,
            iso_3166_1_a3={"US": "USA", "CA": "CAN"}[code],
            iso_3166_1_numeric=numeric,
            printable_name=name,
            name=name,
            is_shipping_country=True,
        )
    clock.moment = JOINED
    customer = account(User, *CUSTOMER)
    staff = account(User, *STAFF, username="admin", is_staff=True, is_superuser=True)
    others = []
    for name in OTHERS:
        first, last = name.split()
        clock.moment = JOINED + datetime.timedelta(
            days=9 * len(others) + 1, minutes=rng.randrange(600)
        )
        others.append(
            account(User, first, last, f"{first}.{last}@example.com".lower(), "Password.123")
        )
    address(customer, 101, STREETS[1], TOWNS[0], "412 555 0142", default=True)
    address(customer, 2480, STREETS[4], TOWNS[1], "303 555 0177")
    for person in others:
        house, street = rng.randrange(3, 990), STREETS[rng.randrange(len(STREETS))]
        town = TOWNS[rng.randrange(len(TOWNS))]
        address(
            person, house, street, town, f"{town[3]} 555 01{rng.randrange(10, 99)}", default=True
        )
    return customer, staff, others


def account(User, first, last, email, password, username="", **rights):
    """Return a new account."""
    return User.objects.create(
        username=username or email.partition("@")[0],
        first_name=first,
        last_name=last,
        email=email,
        # A salt of its own for each, and the same one in each seeding: so long that Django does
        # not draw another one at the first log-in.
        password=make_password(password, salt=f"larkfield{first}{last}".ljust(32, "0")),
        **rights,
    )


def address(person, house, street, town, phone, default=False):
    """Put an address into somebody's address book."""
    city, state, code, _ = town
    return UserAddress.objects.create(
        user=person,
        first_name=person.first_name,
        last_name=person.last_name,
        line1=f"{house} {street}",
        line4=city,
        state=state,
        postcode=code,
        phone_number=f"+1 {phone}",
        country_id="US",
        is_default_for_shipping=default,
        is_default_for_billing=default,
    )
