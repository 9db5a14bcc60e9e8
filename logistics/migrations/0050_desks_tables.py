"""What a night of fetching points of issue found is counted, not told in words."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('logistics', '0010_damage_guards'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='pointlist',
            name='outcome',
        ),
        migrations.AddField(
            model_name='pointlist',
            name='ended_n',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='ended'),
        ),
        migrations.AddField(
            model_name='pointlist',
            name='found_n',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='points of issue'),
        ),
    ]
