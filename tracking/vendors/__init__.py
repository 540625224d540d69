"""The analytics services that events can be sent to."""

from tracking.vendors.base import Vendor
from tracking.vendors.ga4 import GA4
from tracking.vendors.mixpanel import Mixpanel

VENDORS: dict[str, Vendor] = {vendor.key: vendor for vendor in (GA4(), Mixpanel())}
