"""The fields of an invoice as the server knows them: kind of value and obligation in each pattern.

Read from sections 6.1 to 6.3 of the invoice instruction (IITP V7.9), apart from the client's tables.
Obligations: R required, O optional, C required under a condition that ``content`` knows, - outside the pattern.
The eight columns are the patterns 1 to 7 of type 1, then type 2; the fact sheet has no columns for the other
patterns, so those letters come from the constants, like the numbers of the fields.
"""

from functools import cache
from typing import NamedTuple

from ..lib.constants import FIELDS, FROZEN_BY_REFERENCE, MATRIX, MATRIX_COLUMNS

TYPE_ONE_PATTERNS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14}
TYPE_TWO_PATTERNS = {1, 3, 9, 13}
NO_VAT_PATTERNS = {7, 11, 14}
FREE_BUYER_PATTERNS = {5, 7, 11}
NO_PAYMENT_PATTERNS = {7, 11}
NO_RETURN_PATTERNS = {7, 8, 11}
ONE_PIECE_PATTERNS = {6, 8}
ONE_LINE_PATTERNS = {11, 14}
# days that may not lie after the invoice: field of the pattern
DAYS = {7: "cdcd", 11: "asd"}
BUYER_FIELDS = FROZEN_BY_REFERENCE

# name  kind  columns
HEADER = """
taxid    cap:22        RRRRRRRR
indatim  int:13        RRRRRRRR
indati2m int:13        CCCCCCCC
inty     enum:1,2      RRRRRRRR
inno     hex:10        OOOOOOOO
irtaxid  cap:22        CCCCCCCC
inp      enum:1,2,3,4,5,6,7,8,9,11,13,14 RRRRRRRR
ins      enum:1,2,3,4  RRRRRRRR
tins     dig:11,14     RRRRRRRR
tob      enum:1,2,3,4  RRRRRROO
bid      dig:10-12     OCOOOCOO
tinb     dig:11,14     CCCCOOOO
sbc      dig:4         OOOOOOOO
bbc      dig:4         OOOOOOOO
bpc      dig:10        OOOOOOOO
ft       enum:1,2      -----R--
bpn      str:9         -C---CO-
scln     dig:1-14      OO------
scc      dig:5         OO----O-
cdcn     str:1-14      ------O-
cdcd     int:5         ------O-
crn      dig:1-12      OOOR----
billid   dig:1-19      ----R---
tprdis   dec:18,0      RRRRRR-R
tdis     dec:18,0      OOOOOO-O
tadis    dec:18,0      RRRRRR-R
tvam     dec:18,0      RRRRRRRR
todam    dec:18,0      RRRRRRRR
tbill    dec:18,0      RRRRRRRR
tonw     dec:15,8      ------C-
torv     dec:18,0      ------R-
tocv     dec:14,4      ------R-
setm     enum:1,2,3    RRRRRRR-
cap      dec:18,0      CCCCCCC-
insp     dec:18,0      CCCCCCC-
tvop     dec:18,0      OOOOOOO-
tax17    dec:18,0      OOOOOO-O
tinc     dig:11,14     -----O--
insr     enum:1        CCCCCCCC
nti1     str:1-30      OOOOOOOO
nti2     str:1-30      OOOOOOOO
lno      dig:1-18      --------
lrno     dig:1-18      --------
ocu      dig:3         --------
oci      dig:1-5       --------
dco      dig:3         --------
dci      dig:1-5       --------
tid      dig:10-12     --------
rid      dig:10-12     --------
lt       enum:1,2,3,4  --------
cno      str:1-20      --------
did      dig:10,12     --------
sg       list          --------
asn      dig:1-30      --------
asd      int:5         --------
in       dig:9-12      --------
an       dig:9-12      --------
"""
BODY = """
sstid    dig:13        RRRRRRRR
sstt     str:1-400     OOOOOOOO
am       pos:18,8      R-RRRRRR
mu       unit          O-OOOOOO
nw       dec:15,8      ------C-
fee      pos:18,8      R-RRRROR
cfee     dec:14,4      OROO-O-O
cut      cur:3         OROO-ORO
exr      pos:18,8      OROO-ORO
ssrv     dec:18,0      ------R-
sscv     dec:14,4      ------R-
prdis    pos:18,0      RRRRRR-R
dis      dec:18,0      RRRRRR-R
adis     dec:18,0      RRRRRR-R
vra      dec:3,2       RRRRRRRR
vam      dec:18,0      RRRRRRRR
odt      str:1-255     CCCCCCCC
odr      dec:3,2       CCCCCCCC
odam     dec:18,0      CCCCCCCC
olt      str:1-255     CCCCCCCC
olr      dec:3,2       CCCCCCCC
olam     dec:18,0      CCCCCCCC
consfee  dec:18,0      --R-----
spro     dec:18,0      --R-----
bros     dec:18,0      --R-----
tcpbs    dec:18,0      --R-----
cop      dec:18,0      OOOOOOO-
vop      dec:18,0      OOOOOOO-
bsrn     dig:1-12      OOOOOOOO
tsstam   dec:18,0      RRRRRRRR
cui      pos:4,2       --O-----
cpr      pos:18,8      -R------
sovat    dec:18,0      -R------
vba      dec:18,4      --------
"""
PAYMENTS = """
iinn     dig:9         OOOOOOOO
acn      dig:14        OOOOOOOO
trmn     dig:8         OOOOOOOO
pmt      enum:1,2,3,4,5,6,7,8 OOOOOOOO
trn      dig:1-14      OOOOOOOO
pcn      dig:16        OOOOOOOO
pid      dig:1-12      OOOOOOOO
pdt      int:13        OOOOOOOO
pv       dec:18,0      OOOOOOOO
"""
GOODS = """
sgid     dig:13        RRRRRRRR
sgt      str:1-400     RRRRRRRR
"""
# What stands for a field whose number was not published.
NO_NUMBER = "000"


class Field(NamedTuple):
    name: str
    number: str
    kind: str
    arg: str
    columns: str


def _parse(table):
    fields = {}
    for line in table.strip().splitlines():
        name, kind, columns = line.split()
        kind, _colon, arg = kind.partition(":")
        fields[name] = Field(name, FIELDS[name].number or NO_NUMBER, kind, arg, columns)
    return fields


SECTIONS = {
    "header": _parse(HEADER),
    "body": _parse(BODY),
    "payments": _parse(PAYMENTS),
    "sg": _parse(GOODS),
}


def _letter(field, inty, inp):
    if inp > 7:
        if field.name not in MATRIX:
            return "O"
        return MATRIX[field.name].replace(" ", "")[MATRIX_COLUMNS.index((inty, inp))]
    column = field.columns[inp - 1]
    if inty == 1:
        return column
    # the second type has one column for its patterns, but what makes a pattern (gold) stays with it
    special = inp == 3 and field.columns[0] == "-" and column != "-"
    return column if special else field.columns[7]


@cache
def obligations(section, inty, inp):
    """Return {field name: letter} of a section for a type and pattern."""
    return {name: _letter(field, inty, inp) for name, field in SECTIONS[section].items()}
