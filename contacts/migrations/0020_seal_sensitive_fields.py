import django.db.models.deletion
import scrm.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0019_give_fields_defaults'),
    ]

    operations = [
        migrations.AddField(
            model_name='customfield',
            name='sealed',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='sensitive'),
        ),
        migrations.AlterField(
            model_name='reveal',
            name='kind',
            field=models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail'), ('external', 'External id'), ('wecom', 'WeCom id'), ('unionid', 'UnionID'), ('openid', 'OpenID'), ('alipay', 'Alipay id'), ('dingtalk', 'DingTalk id'), ('order', 'Order platform id'), ('payload', 'What was sent'), ('field', 'Sensitive field')], max_length=12, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='SealedValue',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField(verbose_name='sealed value')),
                ('hint', models.CharField(max_length=20, verbose_name='as shown')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sealed_values', to='contacts.contact', verbose_name='contact')),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sealed_values', to='contacts.customfield', verbose_name='field')),
            ],
            options={
                'verbose_name': 'sensitive value',
                'verbose_name_plural': 'sensitive values',
                'constraints': [models.UniqueConstraint(fields=('contact', 'field'), name='sealed_value_once')],
            },
        ),
    ]
