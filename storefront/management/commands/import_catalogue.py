"""Takes in a seller's table of goods."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import columns, sheets
from catalog.imports import Fate
from catalog.models import Seller
from storefront.flows import selling
from storefront.flows.selling import Report
from storefront.lib import clock
from storefront.lib.refusal import Refusal

SHOWN = 20


class Command(BaseCommand):
    help = """Takes in a seller's table of goods (CSV).

The encoding (UTF-8 with or without mark, UTF-16, GB18030) and the separator (comma, semicolon,
tab, bar) are found by themselves; headings are known in English, Chinese and Russian.
Needed of new goods: article, brand, model, category or kind, price_cny, net_weight_g, weight_g
(with box), length_mm, width_mm, height_mm (of the box). Also read: colour, ram_gb, storage_gb,
quantity (pieces in Shenzhen), hs_code, origin, battery_kind, battery_wh, fsb_notification,
barcode, titles, descriptions and every property of the kind of goods, such as screen_inch.
Of goods that are there already only the article is needed; an empty cell leaves things as they
are. Goods complete for customs and carriers go to approval, others become drafts.

Each row is imported, updated, unchanged or refused. Refused rows are written beside the table
as NAME.refused.csv with the reason: mend them there and take that file in. The same table again
changes nothing. Rows are written 500 at a time, each batch whole or not at all.

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
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")
        parser.add_argument(
            "--language", choices=languages, default="zh-hans", help="of reasons and report"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._import(options["file"], options["seller"], is_trial=options["dry_run"])

    def _import(self, path: Path, slug: str, *, is_trial: bool) -> None:
        seller = Seller.objects.filter(slug=slug).first()
        if seller is None:
            raise CommandError(_("There is no seller “%(slug)s”.") % {"slug": slug})
        try:
            sheet = sheets.read(path.read_bytes())
            report = selling.take_in(
                sheet,
                seller=seller,
                actor="task:import",
                now=clock.now(),
                is_trial=is_trial,
                say=self._progress,
            )
        except (Refusal, OSError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        self._tell(report, is_trial=is_trial)
        self._keep_refused(path, sheet, report)

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty() or done == total:
            print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr)

    def _tell(self, report: Report, *, is_trial: bool) -> None:
        if is_trial:
            self.stdout.write(_("A trial: nothing was kept."))
        for fate, label in _labels().items():
            self.stdout.write(f"{label}: {report.counts[fate]}")
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
            self.stdout.write(f"  {count:>6}  {key[0]}: {examples[key]}")

    def _keep_refused(self, path: Path, sheet: sheets.Sheet, report: Report) -> None:
        """Write the refused rows beside the table; an old file of them would mislead."""
        target = path.with_suffix(".refused.csv")
        if not report.refused:
            target.unlink(missing_ok=True)
            return
        kept = [at for at, name in enumerate(sheet.headings) if name != columns.REASON]
        rows = [
            [*(row.cells[at] for at in kept), reason(row, problems)]
            for row, problems in report.refused
        ]
        try:
            headings = [*(sheet.headings[at] for at in kept), columns.REASON]
            target.write_bytes(sheets.write(headings, rows))
        except OSError as error:
            raise CommandError(f"{target.name}: {error.strerror}") from error
        label = _("Refused rows with their reasons")
        self.stdout.write(f"{label}: {target}")


def reason(row: sheets.Row, problems: list[Any]) -> str:
    """Why a row was refused, with its line and columns."""
    parts = [f"{problem.column}: {problem.text}" for problem in problems]
    return _("line %(line)s: %(what)s") % {"line": row.line, "what": "; ".join(parts)}


def _labels() -> dict[Fate, str]:
    return {
        Fate.IMPORTED: _("Imported"),
        Fate.UPDATED: _("Updated"),
        Fate.UNCHANGED: _("Unchanged"),
        Fate.REFUSED: _("Refused"),
    }
