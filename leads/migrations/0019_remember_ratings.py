import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_keep_who_was_in_charge'),
        ('leads', '0018_give_opportunities_a_pipeline'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RatingChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('before', models.CharField(blank=True, choices=[('A', 'A – high potential'), ('B', 'B – good potential'), ('C', 'C – some potential'), ('D', 'D – little potential')], max_length=1, verbose_name='before')),
                ('after', models.CharField(blank=True, choices=[('A', 'A – high potential'), ('B', 'B – good potential'), ('C', 'C – some potential'), ('D', 'D – little potential')], max_length=1, verbose_name='after')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'change of a rating',
                'verbose_name_plural': 'changes of ratings',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ContactRating',
            fields=[
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='own_rating', serialize=False, to='contacts.contact', verbose_name='contact')),
                ('rating', models.CharField(choices=[('A', 'A – high potential'), ('B', 'B – good potential'), ('C', 'C – some potential'), ('D', 'D – little potential')], max_length=1, verbose_name='rating')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'rating of a contact',
                'verbose_name_plural': 'ratings of contacts',
            },
        ),
        migrations.AddField(
            model_name='ratingchange',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='ratingchange',
            name='contact',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rating_changes', to='contacts.contact', verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='ratingchange',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rating_changes', to='leads.lead', verbose_name='lead'),
        ),
        migrations.AddIndex(
            model_name='ratingchange',
            index=models.Index(fields=['contact', '-at'], name='rating_change_contact'),
        ),
    ]
