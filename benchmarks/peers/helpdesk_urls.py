"""The addresses of django-helpdesk: its mails hold links, which it makes before it asks who gets a mail."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
