# 100,000 random invoices and as many changed ones: the library and the simulator, written twice, say the same.
import os
import time

from aria_bench import Report

from odoo.addons.aria_moadian.tests.agreement import disagreements

COUNT, SEED = int(os.environ.get("ARIA_BENCH_INVOICES", "100000")), 1405
LIST = 5

report = Report("Moadian, agreement")
begin = time.perf_counter()
found, seen = disagreements(SEED, COUNT)
seconds = time.perf_counter() - begin
for text in found[:LIST]:
    print(text)
kinds = sum(1 for name in seen if name.startswith("type "))
codes = sum(1 for name in seen if name.isdigit())
asked = f"{COUNT:,} sound invoices of {kinds} kinds, {COUNT:,} changed ones"
report.add(asked, f"{len(found)} disagreements", "none", not found)
report.add("changes that break a rule", f"{seen['changed and found']:,}, {codes} codes of findings",
           "at least half", seen["changed and found"] * 2 >= COUNT)  # fmt: skip
report.add("both asked", f"{2 * COUNT / seconds:,.0f} invoices a second")
report.finish()
