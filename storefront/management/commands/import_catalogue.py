"""Takes in a seller's table of goods or of prices, or an archive of pictures."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import columns, labels, previews, sheets
from catalog import importing as jobs
from catalog.models import ImportJob, Seller
from catalog.outcomes import Fate
from storefront.flows import importing
from storefront.flows.importing import Report, Taker
from storefront.lib import clock
from storefront.lib.refusal import Refusal

SHOWN = 20
KINDS = {"goods": ImportJob.Kind.GOODS, "prices": ImportJob.Kind.PRICES}


class Command(BaseCommand):
    help = """Takes in a seller's table of goods (CSV or XLSX).

The encoding (UTF-8 with or without mark, UTF-16, GB18030), the separator (comma, semicolon,
tab, bar) and the row of headings are found by themselves; headings are known in English, Chinese
and Russian, others by what the seller said of them on the page of imports, or by --mapping: a
JSON file such as
  {"columns": {"Name": ["brand_model", "memory"], "Weight": "weight_g kg"},
   "fixed": {"category": "smartphones", "origin": "CN"}}
Needed of new goods: article, brand, model, category or kind, price_cny, net_weight_g, weight_g
(with box), length_mm, width_mm, height_mm (of the box). Also read: colour, ram_gb, storage_gb,
quantity (pieces in Shenzhen), hs_code, origin, battery_kind, battery_wh, fsb_notification,
barcode, titles, descriptions and every property of the kind of goods, such as screen_inch.
Of goods that are there already only the article is needed; an empty cell leaves things as they
are. Goods complete for customs and carriers go to approval, others become drafts. With
--kind prices only article, price_cny and quantity are read, of goods that are there.

Each row is imported, updated, unchanged or refused. Refused rows are written beside the table
as NAME.refused.csv (or .xlsx) with the reason: mend them there and take that file in. The same
table again changes nothing. Rows are written 200 at a time, each batch whole or not at all.

Exit code: 0 when the table was read to its end, also with refused rows; 1 when it could not be
read, the seller is unknown or the file of refused rows could not be written."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--seller", required=True, metavar="SLUG", help="whose goods they are")
        parser.add_argument("--kind", choices=KINDS, default="goods", help="what the rows say")
        parser.add_argument("--mapping", type=Path, metavar="JSON", help="how to read the columns")
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")
        parser.add_argument(
            "--language", choices=languages, default="zh-hans", help="of reasons and report"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            seller = Seller.objects.filter(slug=options["seller"]).first()
            if seller is None:
                raise CommandError(
                    _("There is no seller “%(slug)s”.") % {"slug": options["seller"]}
                )
            self._import(seller, options)

    def _import(self, seller: Seller, options: dict[str, Any]) -> None:
        path, is_trial = options["file"], options["dry_run"]
        kind = KINDS[options["kind"]]
        try:
            sheet = sheets.read(path, columns.is_known)
            plan = _plan(seller, kind, sheet, options["mapping"])
            taker = Taker(seller, kind, "task:import", clock.now())
            report = importing.take_in(
                sheet, taker, plan=plan, is_trial=is_trial, say=self._progress
            )
        except (Refusal, OSError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        if sys.stderr.isatty():
            print(file=sys.stderr)
        self._tell(report, is_trial=is_trial)
        self._keep_refused(path, sheet, report)

    def _progress(self, done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done}", end="", file=sys.stderr)

    def _tell(self, report: Report, *, is_trial: bool) -> None:
        if is_trial:
            self.stdout.write(_("A trial: nothing was kept."))
        for fate, label in _labels().items():
            self.stdout.write(f"{label}: {report.counts[fate]}")
        self.stdout.write(f"{_('Rows in all')}: {report.counts.total()}")
        if report.keeps_card:
            label = _("Rows whose card others sell too: its facts stayed as they are")
            self.stdout.write(f"{label}: {report.keeps_card}")
        if report.unknown:
            label = _("Columns that were not read")
            self.stdout.write(f"{label}: {', '.join(report.unknown)}")
        problems = [problem for _row, found in report.refused for problem in found]
        examples = {(each.column, each.code): each.text for each in reversed(problems)}
        counts = Counter((each.column, each.code) for each in problems)
        for key, count in counts.most_common(SHOWN):
            self.stdout.write(f"  {count:>6}  {labels.of(key[0])}: {examples[key]}")

    def _keep_refused(self, path: Path, sheet: sheets.Sheet, report: Report) -> None:
        """Write the refused rows beside the table; an old file of them would mislead."""
        target = path.with_suffix(f".refused.{sheet.form}")
        if not report.refused:
            target.unlink(missing_ok=True)
            return
        rows = ((row.line, row.cells, previews.plain(found)) for row, found in report.refused)
        headings, lines = previews.table(sheet.headings, rows)
        try:
            if sheet.form == "xlsx":
                sheets.write_xlsx(target, headings, lines)
            else:
                target.write_bytes(sheets.write(headings, lines))
        except OSError as error:
            raise CommandError(f"{target.name}: {error.strerror}") from error
        label = _("Refused rows with their reasons")
        self.stdout.write(f"{label}: {target}")


def _plan(seller: Seller, kind: str, sheet: sheets.Sheet, given: Path | None) -> columns.Plan:
    """How to read the table: as the mapping says, else as the seller said, else by headings.

    Raises: NotATable; OSError.
    """
    said = jobs.recall(seller, kind, sheet.headings)
    if given is not None:
        try:
            said = jobs.told(sheet.headings, json.loads(given.read_text(encoding="utf-8-sig")))
        except ValueError as error:
            text = _("%(name)s is no mapping: %(error)s")
            raise CommandError(text % {"name": given.name, "error": error}) from error
    return columns.plan(sheet.headings, said["columns"], said["fixed"])


def _labels() -> dict[Fate, str]:
    return {
        Fate.IMPORTED: _("Imported"),
        Fate.UPDATED: _("Updated"),
        Fate.UNCHANGED: _("Unchanged"),
        Fate.REFUSED: _("Refused"),
    }
