"""Pages anyone may read, and the switch of language."""

from __future__ import annotations

from starlette.routing import Route

from service.public.feedback import feedback, feedback_given
from service.public.language import language
from service.public.pages import SHORT, accessibility, gallery_page, in_full, privacy, start
from service.public.programs import program, programs

routes = [
    Route("/", start, name="public.start"),
    Route("/programs", programs, name="public.programs"),
    Route("/programs/{id}", program, name="public.program"),
    Route("/privacy", privacy, name="public.privacy"),
    Route("/accessibility", accessibility, name="public.accessibility"),
    Route("/feedback", feedback, name="public.feedback"),
    Route("/feedback", feedback_given, methods=["POST"], name="public.feedback.give"),
    Route("/language", language, methods=["POST"], name="public.language"),
    Route("/components", gallery_page, name="public.components"),
    *[Route(path, in_full, name=f"public.short.{name}") for path, (name, _page) in SHORT.items()],
]
