"""The shop's three ways of shipping."""

from decimal import Decimal

from oscar.apps.shipping import methods
from oscar.apps.shipping.repository import Repository as OscarRepository


class Standard(methods.FixedPrice):
    """The cheap one."""

    code = "standard"
    name = "Standard delivery"
    description = "Delivered within 5 to 7 working days."
    charge_excl_tax = charge_incl_tax = Decimal("4.99")


class Express(methods.FixedPrice):
    """The quick one."""

    code = "express"
    name = "Express delivery"
    description = "Delivered within 2 working days."
    charge_excl_tax = charge_incl_tax = Decimal("12.50")


class Collection(methods.Free):
    """The one without a charge."""

    code = "collection"
    name = "Collect in store"
    description = "Ready the next working day at the store on Mill Street."


class Repository(OscarRepository):
    """All of them, for every basket."""

    methods = (Standard(), Express(), Collection())
