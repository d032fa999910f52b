"""`/api`: actions and questions that are not features. Documented at `/api/docs`.

Each theme adds a router from its `actions.py`; this module holds what belongs to all.
"""

from ninja import NinjaAPI

api = NinjaAPI(title="Antu API", version="1", urls_namespace="api")
