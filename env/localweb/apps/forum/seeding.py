"""Fills an empty folder with the forum's data; the same content whenever it runs.

``python -m forum.seeding``; ``FORUM_FOLDER`` and ``FORUM_INDEX`` name where to. ``settle`` as its
argument puts back, after the log-in, what that wrote down about the time.
"""

import os
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import django
import standing_clock
from forum.discussions import ACCOUNT, SEED, START, Composer, members, vocabulary

PASSWORD = "test1234"
FOREVER = datetime(2099, 1, 1, tzinfo=UTC)
NAME = "Common Room"
SPREAD = 300
"""Days before the forum's first topic in which people joined."""


def main(arguments):
    """Seed, or settle a seed that was logged in to."""
    standing_clock.stand_still()
    os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
    django.setup()
    if arguments == ["settle"]:
        settle()
        return
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        fill(vocabulary())
    call_command("rebuild_index", interactive=False, verbosity=0)


def settle():
    """Make the log-in last, and forget when it was."""
    from django.contrib.auth import get_user_model
    from django.contrib.sessions.models import Session

    Session.objects.update(expire_date=FOREVER)
    get_user_model().objects.update(last_login=None)


def fill(words):
    """Write every row."""
    from django.db import connection

    configure()
    people = join(words)
    places = categories(words)
    for discussion in Composer(words).all():
        start(discussion, people, places)
    vote(people)
    read(people[ACCOUNT])
    count(people)
    with connection.cursor() as cursor:
        # Migrations write down when they ran.
        cursor.execute("UPDATE django_migrations SET applied = %s", [START])


def configure():
    """Name the forum."""
    from djconfig.models import Config

    Config.objects.create(key="site_name", value=NAME)
    Config.objects.create(key="comments_per_page", value="15")


def join(words):
    """Return everybody by name: accounts and profiles."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    draw = random.Random(SEED + 1)
    staff = words["staff"]
    people = {}
    for name in sorted(members(words), key=str.lower):
        user = get_user_model()(username=name.lower(), email=f"{name.lower()}@example.com")
        # So long that Django does not draw another one when the account logs in.
        user.password = make_password(PASSWORD, salt=name.ljust(32, "0"))
        user.date_joined = START - timedelta(minutes=draw.randrange(SPREAD * 24 * 60))
        user.save()
        profile = user.st
        profile.nickname = name
        profile.slug = name.lower()
        profile.is_verified = True
        profile.location = draw.choice(words["locations"])
        profile.is_administrator = name == staff["administrator"]
        profile.is_moderator = name in staff["moderators"]
        profile.save()
        people[name] = user
    return people


def categories(words):
    """Return the categories by title; the first is for private topics and is there already."""
    from spirit.category.models import Category
    from spirit.core.conf import settings

    Category.objects.exclude(pk=settings.ST_TOPIC_PRIVATE_CATEGORY_PK).delete()
    Category.objects.update(reindex_at=START)
    news = {"title": "Announcements", "color": "#495057", "description": "News from the staff."}
    for entry in [news, *words["categories"]]:
        Category.objects.create(
            title=entry["title"],
            color=entry["color"],
            description=entry["description"],
            is_closed=entry is news,
            reindex_at=START,
        )
    return {category.title: category for category in Category.objects.all()}


def start(discussion, people, places):
    """Write one topic with its comments and likes."""
    from spirit.topic.models import Topic
    from spirit.topic.private.models import TopicPrivate

    draw = random.Random(discussion.title)
    topic = Topic.objects.create(
        user=people[discussion.author],
        category=places[discussion.category],
        title=discussion.title,
        date=discussion.date,
        last_active=discussion.posts[-1].date,
        reindex_at=discussion.date,
        comment_count=len(discussion.posts),
        view_count=draw.randrange(20, 900),
        is_closed=discussion.closed,
        is_pinned=discussion.pinned,
    )
    for name in discussion.members:
        TopicPrivate.objects.create(user=people[name], topic=topic, date=discussion.date)
    last = None
    for post in discussion.posts:
        last = write(topic, post, people)
    subscribe(topic, last, discussion, people)


def write(topic, post, people):
    """Return one comment as Spirit renders it, with a poll if its text has one."""
    from spirit.comment.forms import CommentForm
    from spirit.comment.like.models import CommentLike
    from spirit.comment.models import Comment
    from spirit.comment.poll.models import CommentPoll

    form = CommentForm(user=people[post.author], topic=topic, data={"comment": post.text})
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    comment = form.save()
    Comment.objects.filter(pk=comment.pk).update(date=post.date, likes_count=len(post.likers))
    CommentPoll.objects.filter(comment=comment).update(created_at=post.date)
    for place, name in enumerate(post.likers, 1):
        date = post.date + timedelta(minutes=place * 17)
        CommentLike.objects.create(user=people[name], comment=comment, date=date)
    return comment


def subscribe(topic, last, discussion, people):
    """Tell everybody who wrote in a topic of its last comment; they have seen it."""
    from spirit.topic.notification.models import TopicNotification

    for name in sorted({post.author for post in discussion.posts}, key=str.lower):
        TopicNotification.objects.create(
            user=people[name],
            topic=topic,
            comment=last,
            date=discussion.posts[-1].date,
            action=TopicNotification.COMMENT,
            is_read=True,
            is_active=True,
        )


def vote(people):
    """Cast the votes of each poll; the account casts none."""
    from spirit.comment.poll.models import CommentPoll, CommentPollVote

    draw = random.Random(SEED + 2)
    for poll in CommentPoll.objects.order_by("pk"):
        choices = list(poll.poll_choices.order_by("number"))
        weights = [draw.random() + 0.2 for _ in choices]
        for name, user in people.items():
            (choice,) = draw.choices(choices, weights)
            if name == ACCOUNT or draw.random() < 0.4:
                continue
            CommentPollVote.objects.create(voter=user, choice=choice, created_at=poll.created_at)
            choice.vote_count += 1
        for choice in choices:
            choice.save()


def read(account):
    """Mark what the account has read, up to where: its own topics and some others."""
    from django.db.models import Q
    from spirit.comment.bookmark.models import CommentBookmark
    from spirit.topic.models import Topic
    from spirit.topic.unread.models import TopicUnread

    mine = Q(comment__user=account) | Q(user=account)
    for topic in Topic.objects.filter(mine).distinct().order_by("pk"):
        last = topic.comment_count
        CommentBookmark.objects.create(user=account, topic=topic, comment_number=last)
        TopicUnread.objects.create(user=account, topic=topic, date=topic.last_active)


def count(people):
    """Write down how much everybody wrote, and when they were last here."""
    from spirit.comment.models import Comment
    from spirit.topic.models import Topic
    from spirit.user.models import UserProfile

    topics = Counter(Topic.objects.values_list("user_id", flat=True))
    comments = Counter(Comment.objects.values_list("user_id", flat=True))
    for user in people.values():
        last = Comment.objects.filter(user=user).order_by("-date").first()
        seen = last.date + timedelta(hours=5) if last else user.date_joined
        UserProfile.objects.filter(user=user).update(
            topic_count=topics[user.pk], comment_count=comments[user.pk], last_seen=seen
        )


if __name__ == "__main__":
    main(sys.argv[1:])
