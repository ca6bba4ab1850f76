import base64
import binascii
import json
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date
from odoo.tools.sql import column_exists, create_column

from odoo.addons.aria_persian.tools.letters import to_latin_digits

from .. import vault, watermark
from ..engine import with_token
from ..lib import client as clients
from ..lib import keys
from ..lib.constants import (
    DEFAULT_DEADLINE_DAYS,
    MAX_INQUIRY_DAYS,
    MAX_PAGE_SIZE,
    MAX_SERIAL,
    PRODUCTION_URL,
    SANDBOX_URL,
)
from ..lib.taxid import make_inno, make_taxid, normalise_memory, parse_taxid
from ..sentences import Told

SECRETS = ("private_key", "key_password")
SENDABLE = ("to_check", "ready", "refused")
OPEN = ("queued", "sending", "taken", "unknown")
STILL = timedelta(hours=6)
CERTIFICATE_NOTICE = timedelta(days=14)
LEGAL_DIGITS = 11  # of the national id of a legal person, which is its economic number too
MAX_PAGES = 100  # of a hundred packets, when a server asks what it may have forgotten
ADDRESSES = {"production": PRODUCTION_URL, "sandbox": SANDBOX_URL}


class AriaMoadianMemory(models.Model):
    """A fiscal memory (حافظه مالیاتی) of a company: who sends, with which key, and the last serial it used.

    The private key and its password are no fields that can be read: they lie encrypted in a column that the ORM does
    not know, and are written through ``private_key`` and ``key_password``, which always read empty.
    """

    _name = "aria.moadian.memory"
    _description = "Fiscal Memory"
    _inherit = ["mail.thread", "mail.activity.mixin", "aria.moadian.guard.mixin"]
    _aria_guarded = (
        "last_serial",
        "fiscal_name",
        "fiscal_status",
        "fiscal_national_id",
        "fiscal_economic_code",
        "tested_at",
        "test_result",
        "halted",
        "halt_note",
        "halt_serial",
        "certificate_request",
    )
    _check_company_auto = True
    _order = "company_id, name"

    name = fields.Char("Memory ID", required=True, tracking=True, size=6)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    active = fields.Boolean(default=True, tracking=True)
    environment = fields.Selection(
        [("production", "Production"), ("sandbox", "Test (sandbox)"), ("other", "Another Address")],
        compute="_compute_environment",
        inverse="_inverse_environment",
    )
    base_url = fields.Char(
        "Address",
        required=True,
        default=PRODUCTION_URL,
        tracking=True,
        help="Address of the service up to “requestsmanager”.",
    )
    proxy = fields.Char(
        help="Address of a proxy in Iran, when this server stands abroad: http://host:port"
    )
    certificate = fields.Binary(
        attachment=False, help="Certificate of a licensed authority (PEM, DER or PKCS#12)."
    )
    private_key = fields.Binary(
        compute="_compute_secrets",
        readonly=False,
        exportable=False,
        help="Private key (PEM, DER or PKCS#12). It is stored encrypted and never shown again.",
    )
    key_password = fields.Char(
        compute="_compute_secrets",
        readonly=False,
        exportable=False,
        help="Password of the key file. It is stored encrypted and never shown again.",
    )
    key_path = fields.Char(
        "Path of the Key",
        groups="base.group_system",
        help="File on the server that holds the key, instead of uploading it.",
    )
    has_key = fields.Boolean("Key Is Set", compute="_compute_has_key")
    certificate_owner = fields.Char(compute="_compute_certificate_facts")
    certificate_end = fields.Date("Certificate Valid until", compute="_compute_certificate_facts")
    deadline_days = fields.Integer(
        "Days to Send",
        default=DEFAULT_DEADLINE_DAYS,
        required=True,
        help="Days between the date of an invoice and its arrival, as the organisation allows.",
    )
    warn_days = fields.Integer("Warn before (days)", default=2, required=True)
    auto_send = fields.Boolean(
        "Send When Posted",
        help="Invoices that nothing stands against are sent as soon as they are posted.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index=True,
        default=lambda self: self.env.user,
        help="Is told by an activity of invoices near their deadline, of a queue that stands still, of a certificate"
        " that ends, and of buyers who rejected.",
    )
    last_serial = fields.Integer(
        readonly=True, copy=False, help="The last serial given to an invoice."
    )
    halted = fields.Boolean(
        "Sending Is Stopped",
        readonly=True,
        copy=False,
        help="The service or this server knows of numbers that the database does not: it was restored, or another"
        " program sends for the same memory.",
    )
    halt_note = fields.Text("Why It Is Stopped", readonly=True, copy=False)
    halt_serial = fields.Integer("Highest Serial Found", readonly=True, copy=False)
    new_serial = fields.Integer(
        "Go on after Serial",
        copy=False,
        help="The next invoice gets a serial above this and above the highest found.",
    )
    fiscal_name = fields.Char(readonly=True, copy=False)
    fiscal_status = fields.Char(readonly=True, copy=False)
    fiscal_national_id = fields.Char("Registered National ID", readonly=True, copy=False)
    fiscal_economic_code = fields.Char("Registered Economic Code", readonly=True, copy=False)
    tested_at = fields.Datetime("Last Test", readonly=True, copy=False)
    test_result = fields.Text(readonly=True, copy=False)

    _name_address_uniq = models.Constraint(
        "UNIQUE(name, base_url)",
        "This fiscal memory exists already for the same address; use that one, it may be archived.",
    )
    _days_check = models.Constraint(
        "CHECK(deadline_days > 0 AND warn_days >= 0 AND warn_days < deadline_days)",
        "The days to send must be positive, and the warning must come before they end.",
    )

    @api.private
    def init(self):
        # EXTENDS 'base'
        # a column that is no field: nothing that reads fields can reach it
        if not column_exists(self.env.cr, self._table, "secret"):
            create_column(self.env.cr, self._table, "secret", "bytea")

    # ------------------------------------------------------------------ computed
    @api.depends("base_url")
    def _compute_environment(self):
        for memory in self:
            known = [
                name
                for name, url in ADDRESSES.items()
                if url == (memory.base_url or "").rstrip("/")
            ]
            memory.environment = known[0] if known else "other"

    @api.onchange("environment")
    def _inverse_environment(self):
        for memory in self:
            memory.base_url = ADDRESSES.get(memory.environment) or memory.base_url

    def _compute_secrets(self):
        self.private_key = False
        self.key_password = False

    def _compute_has_key(self):
        # sudo: only whether there is a path
        paths = {memory.id: memory.sudo().key_path for memory in self}
        found = self.ids and self.env.execute_query(
            SQL(
                "SELECT id FROM aria_moadian_memory WHERE secret IS NOT NULL AND id IN %s",
                tuple(self.ids),
            )
        )
        stored = {row[0] for row in found or ()}
        for memory in self:
            memory.has_key = bool(paths[memory.id]) or memory._origin.id in stored

    @api.depends("certificate")
    def _compute_certificate_facts(self):
        for memory in self:
            subject = memory._read_subject()
            memory.certificate_owner = subject and f"{subject.common_name} ({subject.national_id})"
            memory.certificate_end = subject and subject.not_after.date()

    def _read_subject(self):
        try:
            return keys.subject_of(self._load_certificates()[0])
        except keys.KeyFault:
            return False

    # ------------------------------------------------------------------ checks
    @api.constrains("name")
    def _check_name(self):
        for memory in self:
            try:
                normalise_memory(memory.name)
            except ValueError:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is no memory id; it has six Latin letters or digits, as the tax portal shows it.",
                        name=memory.name,
                    )
                ) from None

    @api.constrains("base_url")
    def _check_base_url(self):
        for memory in self:
            if not (memory.base_url or "").startswith(
                ("https://", "http://127.0.0.1", "http://localhost")
            ):
                raise ValidationError(
                    self.env._(
                        "The address of memory %(name)s has to begin with https://.",
                        name=memory.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for memory in self:
            if memory.last_serial:
                raise UserError(
                    self.env._(
                        "Memory %(name)s has given numbers to invoices and cannot be deleted; archive it instead.",
                        name=memory.name,
                    )
                )

    # ------------------------------------------------------------------ secrets
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        secrets = [{name: vals.get(name) for name in SECRETS} for vals in vals_list]
        memories = super().create([_without_secrets(vals) for vals in vals_list])
        for memory, given in zip(memories, secrets, strict=True):
            memory._keep_secrets(given)
        return memories

    def write(self, vals):
        # EXTENDS 'base'
        given = {name: vals[name] for name in SECRETS if name in vals}
        result = super().write(_without_secrets(vals))
        for memory in self:
            memory._keep_secrets(given)
        return result

    def copy_data(self, default=None):
        # EXTENDS 'base'
        raise UserError(
            self.env._(
                "A fiscal memory cannot be duplicated; its id exists once. Make a new one instead."
            )
        )

    def _keep_secrets(self, given):
        """Store what was given of key and password, encrypted; an empty key takes the old one away."""
        if not any(name in given and given[name] is not None for name in SECRETS):
            return
        kept = self._open_secrets(missing_is_fault=False)
        for name in SECRETS:
            if given.get(name) is not None:
                kept[name] = _text(given[name])
        if kept.get("private_key"):
            self._parse_key(_decoded(kept["private_key"]), kept.get("key_password"))
        sealed = vault.seal(json.dumps(kept)) if any(kept.values()) else None
        self.env.cr.execute(
            SQL("UPDATE aria_moadian_memory SET secret = %s WHERE id = %s", sealed, self.id)
        )
        self.invalidate_recordset(["has_key"])

    def _open_secrets(self, missing_is_fault=True):
        self.ensure_one()
        row = self.env.execute_query(
            SQL("SELECT secret FROM aria_moadian_memory WHERE id = %s", self.id)
        )
        if not row or row[0][0] is None:
            return {}
        try:
            return json.loads(vault.unseal(row[0][0]))
        except vault.VaultFault:
            if not missing_is_fault:
                return {}
            raise Told(
                self.env,
                lambda env: env._(
                    "The private key of memory %(name)s was stored by another server and cannot be opened here;"
                    " upload it again.",
                    name=self.name,
                ),
            ) from None

    def _parse_key(self, data, password):
        try:
            return keys.load_private_key(data, password)
        except keys.KeyFault as fault:
            raise self._key_error(fault) from None

    def _key_error(self, fault):
        return Told(
            self.env,
            lambda env: env._(
                "Memory %(name)s: %(reason)s",
                name=self.name,
                reason=self.with_env(env)._tell(fault),
            ),
        )

    def _tell(self, found):
        """Return the text of a finding, fault or code of the library in the user's language."""
        return found.fa if (self.env.lang or "").startswith("fa") else found.en

    def _load_key(self):
        """Return the private key of a memory: from its file on the server, or from the vault.

        A hook: an addon for a token of hardware (PKCS#11) returns a ``lib.keys.Signer`` instead.
        """
        secrets = self._open_secrets()
        path = self.sudo().key_path  # the path is for the administrator only
        if path:
            try:
                data = Path(path).read_bytes()
            except OSError:
                raise Told(
                    self.env,
                    lambda env: env._(
                        "The key file of memory %(name)s is missing or not readable.",
                        name=self.name,
                    ),
                ) from None
        elif secrets.get("private_key"):
            data = _decoded(secrets["private_key"])
        else:
            raise Told(
                self.env,
                lambda env: env._(
                    "Memory %(name)s has no private key; upload it in its form.", name=self.name
                ),
            )
        return self._parse_key(data, secrets.get("key_password"))

    def _load_certificates(self, password=None):
        data = self.with_context(bin_size=False).certificate
        return keys.load_certificates(_decoded(data), password)

    # ------------------------------------------------------------------ client
    def _make_client(self, key=None):
        """Return a client of the service for this memory; close it after use.

        :raises UserError: naming the key or certificate that is missing or wrong
        """
        self.ensure_one()
        # sudo: any sender of invoices signs with the key; nobody reads it
        memory = self.sudo()
        key = key or memory._load_key()
        try:
            certificates = memory._load_certificates(memory._open_secrets().get("key_password"))
            keys.check_pair(key, certificates[0], national_ids=memory._get_owner_ids())
        except keys.KeyFault as fault:
            raise memory._key_error(fault) from None
        proxies = {"http": memory.proxy, "https": memory.proxy} if memory.proxy else None
        return clients.MoadianClient(
            memory.base_url, memory.name, key, certificates, proxies=proxies
        )

    def _get_owner_ids(self):
        """Return the identifiers for which a certificate may speak; none when the company's are not known."""
        seller = self.company_id.partner_id
        code = seller.aria_economic_code or ""
        if not seller.aria_national_id and len(code) != LEGAL_DIGITS:
            return ()  # the economic number of a person tells nothing of the national code
        return [number for number in (seller.aria_national_id, code) if number]

    @contextmanager
    def _connected(self):
        """Give a client for the time of a block."""
        client = self._make_client()
        try:
            yield client
        finally:
            client.close()

    def action_test_connection(self):
        """Test key, certificate, network, clock and registration step by step; the form shows each result."""
        self.check_access("write")
        for memory in self:
            steps = []
            try:
                facts = memory._test_steps(steps)
            except (UserError, clients.MoadianError) as error:
                reason = (
                    self._tell(error) if isinstance(error, clients.MoadianError) else str(error)
                )
                steps.append(f"✗ {reason}")
                facts = {}
            with_token(memory).write(
                {**facts, "tested_at": fields.Datetime.now(), "test_result": "\n".join(steps)}
            )
        return True

    def _test_steps(self, steps):
        """Go through the steps of a test, adding a line for each; return what the service knows of the memory."""
        key = self._load_key()
        steps.append(self.env._("✓ The private key is readable."))
        if self._is_key_file_open():
            steps.append(
                self.env._(
                    "✗ Other users of the server can read the key file; leave it to the user of Odoo (chmod 600)."
                )
            )
        client = self._make_client(key)
        steps.append(self.env._("✓ Key and certificate belong together."))
        try:
            client.forget_server_key()
            information = client.server_information()
            steps.append(self.env._("✓ The service was reached and took the signature."))
            steps.append(self._test_clock(information))
            client.server_key()
            steps.append(self.env._("✓ The public key of the service was fetched."))
            facts = client.fiscal_information()
        finally:
            client.close()
        steps.append(self._test_status(facts))
        return {
            "fiscal_name": str(facts.get("nameTrade") or ""),
            "fiscal_status": str(facts.get("fiscalStatus") or ""),
            "fiscal_national_id": str(facts.get("nationalId") or ""),
            "fiscal_economic_code": str(facts.get("economicCode") or ""),
        }

    def _is_key_file_open(self):
        """Return whether the key lies in a file that others than its owner may read."""
        path = self.sudo().key_path  # the path is for the administrator only
        return bool(path) and bool(Path(path).stat().st_mode & 0o077)

    def _test_clock(self, information):
        moment = information.get("serverTime")
        if not isinstance(moment, int):
            return self.env._("✓ The service did not tell its time.")
        seconds = abs(int(datetime.now(timezone.utc).timestamp() - moment / 1000))
        if seconds > 60:
            return self.env._(
                "✗ The clock of this server is %(seconds)s seconds off; correct it.",
                seconds=seconds,
            )
        return self.env._("✓ The clocks agree.")

    def _test_status(self, facts):
        if facts.get("fiscalStatus") != "ACTIVE":
            return self.env._("✗ The memory is not active in the tax portal.")
        seller = self.company_id.partner_id
        own = {seller.aria_economic_code, seller.aria_national_id, self.company_id.vat} - {False}
        if own and not own & {facts.get("nationalId"), facts.get("economicCode")}:
            return self.env._(
                "✗ The memory belongs to %(owner)s, not to %(company)s; check its economic code.",
                owner=facts.get("nameTrade"),
                company=self.company_id.name,
            )
        return self.env._(
            "✓ The memory is active and belongs to %(owner)s.", owner=facts.get("nameTrade")
        )

    # ------------------------------------------------------------------ serials
    def _take_serials(self, count):
        """Return the first of ``count`` new serials, in one statement on the row of the memory.

        Two transactions meet on the row: the second waits and, under REPEATABLE READ, is replayed. A rollback gives
        the serials back together with what used them: no gap, and none twice.
        """
        self.ensure_one()
        self.flush_recordset(["last_serial"])
        row = self.env.execute_query(
            SQL(
                "UPDATE aria_moadian_memory SET last_serial = COALESCE(last_serial, 0) + %s WHERE id = %s"
                " RETURNING last_serial",
                count,
                self.id,
            )
        )
        self.invalidate_recordset(["last_serial"])
        last = row[0][0]
        if last > MAX_SERIAL:
            raise UserError(self.env._("Memory %(name)s has used up its serials.", name=self.name))
        return last - count + 1

    # ------------------------------------------------------------------ watch
    @api.model
    def _cron_watch(self):
        """Tell the person responsible for each memory what needs a look, in one activity that goes when all is well."""
        for memory in self.search([("user_id", "!=", False)]):
            told = memory.with_context(lang=memory.user_id.lang)
            told._tell_responsible(told._find_troubles())

    def _find_troubles(self):
        """Return sentences on what needs a look: deadlines, a queue that stands still, rejections, the certificate."""
        self.ensure_one()
        counts = {
            name: self.env[model].search_count(domain) for name, model, domain in self._watched()
        }
        end, limit = self.certificate_end, fields.Date.context_today(self) + CERTIFICATE_NOTICE
        troubles = [self.halt_note] if self.halted else []
        troubles += [self._tell_trouble(name, count) for name, count in counts.items() if count]
        if end and end <= limit:
            troubles.append(
                self.env._("The certificate ends on %(date)s.", date=format_date(self.env, end))
            )
        return troubles

    def _watched(self):
        """Return (name, model, domain) of what is counted for the person responsible."""
        today, now = fields.Date.context_today(self), fields.Datetime.now()
        company = ("company_id", "child_of", self.company_id.id)
        return [
            (
                "near",
                "account.move",
                [
                    company,
                    ("aria_moadian_state", "in", SENDABLE),
                    ("aria_moadian_deadline", "<=", today + timedelta(self.warn_days)),
                ],
            ),
            (
                "still",
                "aria.moadian.submission",
                [
                    ("state", "in", OPEN),
                    ("create_date", "<", now - STILL),
                    ("memory_id", "=", self.id),
                ],
            ),
            (
                "rejected",
                "account.move",
                [
                    company,
                    ("aria_moadian_reaction", "=", "rejected"),
                    ("aria_moadian_state", "in", ("accepted", "warned")),
                ],
            ),
        ]

    def _tell_trouble(self, name, count):
        texts = {
            "near": self.env._(
                "%(count)s invoices are near their deadline or past it.", count=count
            ),
            "still": self.env._(
                "%(count)s packets have waited for more than six hours.", count=count
            ),
            "rejected": self.env._(
                "%(count)s accepted invoices were rejected by their buyers.", count=count
            ),
        }
        return texts[name]

    def _tell_responsible(self, troubles):
        kind = "aria_moadian.mail_activity_watch"
        note = Markup("<br/>").join(troubles)
        activities = self.activity_search([kind])
        if not troubles:
            activities.unlink()
        elif activities:
            activities.write({"note": note})
        else:
            self.activity_schedule(kind, user_id=self.user_id.id, note=note)

    # ------------------------------------------------------------------ restored databases
    def _stop_if_restored(self, client):
        """Stop sending when numbers left that this database does not know; return whether it is stopped.

        The mark on the disk tells of a database that was restored on its server. Without a mark (another server, or
        the first invoice) the service is asked for packets of the last days that are none of ours.
        """
        self.ensure_one()
        mark = watermark.read(self.env.cr.dbname, self.name)
        if mark is None:
            unknown = self._find_unknown(client)
            if unknown:
                self._halt(
                    self.env._(
                        "The service holds %(count)s packets of memory %(name)s that are not in this database.",
                        count=len(unknown),
                        name=self.name,
                    ),
                    self._highest_serial(client, unknown),
                )
        elif mark > (self.last_serial or 0):
            self._halt(
                self.env._(
                    "Serials up to %(mark)s were sent from here, but the database of memory %(name)s ends at %(last)s.",
                    mark=mark,
                    name=self.name,
                    last=self.last_serial,
                ),
                mark,
            )
        return self.halted

    def _find_unknown(self, client):
        """Return the results of the last days whose trace id is none of this database."""
        now = datetime.now(timezone.utc)
        results, page = [], 1
        while page <= MAX_PAGES:
            found = client.inquiry(now - timedelta(days=MAX_INQUIRY_DAYS), now, page)
            results += found
            if len(found) < MAX_PAGE_SIZE:
                break
            page += 1
        uids = [result.uid for result in results]
        # sudo: trace ids of whatever company sends through this memory
        known = set(
            self.env["aria.moadian.event"].sudo().search([("uid", "in", uids)]).mapped("uid")
        )
        return [
            result
            for result in results
            if result.uid not in known and result.fiscal_id in ("", self.name)
        ]

    def _highest_serial(self, client, results):
        """Return the highest serial in the receipts that the service signed, 0 when there is none."""
        serials = [0]
        for result in results:
            with suppress(ValueError, TypeError, KeyError):
                parts = parse_taxid(client.verify_receipt(result)["taxId"])
                if parts.memory_id == self.name:
                    serials.append(parts.serial)
        return max(serials)

    def _halt(self, note, serial):
        with_token(self).write({"halted": True, "halt_note": note, "halt_serial": serial})
        self.message_post(body=note)

    def action_confirm_serials(self):
        """Go on sending after a stop, above every serial found; what waits is asked for before it is sent."""
        self.check_access("write")
        for memory in self.filtered("halted"):
            if memory.new_serial < memory.halt_serial:
                raise UserError(
                    self.env._(
                        "The serial to go on after has to be at least %(serial)s, the highest found for memory %(name)s.",
                        serial=memory.halt_serial,
                        name=memory.name,
                    )
                )
            last = max(memory.last_serial or 0, memory.new_serial)
            with_token(memory).write({"halted": False, "halt_note": False, "last_serial": last})
            watermark.raise_to(self.env.cr.dbname, memory.name, last)
            memory.message_post(
                body=self.env._(
                    "%(user)s confirmed to go on after serial %(serial)s.",
                    user=self.env.user.name,
                    serial=last,
                )
            )
            # sudo: packets are moved on by the addon only
            waiting = self.env["aria.moadian.submission"].sudo()._waiting_of(memory)
            waiting._ask_before_sending()
        return True

    def _number(self, invoice, serial):
        """Return a copy of an invoice with tax number and serial."""
        header = invoice["header"]
        numbers = {
            "taxid": make_taxid(self.name, header["indatim"], serial),
            "inno": make_inno(serial),
        }
        return {**invoice, "header": {**header, **numbers}}

    @api.model
    def _get_for(self, companies):
        """Return {company id: its active memory} of companies; a branch uses its own or that of its parents."""
        # sudo: which memory a company sends through; people of the company may know
        found = self.sudo().search([("company_id", "parent_of", companies.ids)], order="id")
        memories = found.grouped("company_id")
        result = {}
        for company in companies:
            for owner in reversed(company.sudo().parent_ids):
                if owner in memories:
                    result[company.id] = memories[owner][0]
                    break
        return result


def _without_secrets(vals):
    """Return values for the ORM: the memory id in its one form, and no secret."""
    kept = {name: value for name, value in vals.items() if name not in SECRETS}
    if isinstance(kept.get("name"), str):
        kept["name"] = to_latin_digits(kept["name"]).strip().upper()
    if isinstance(kept.get("base_url"), str):
        kept["base_url"] = kept["base_url"].strip().rstrip("/")
    return kept


def _text(value):
    return value.decode() if isinstance(value, bytes) else value or ""


def _decoded(value):
    """Return the bytes of a binary field's value (base64)."""
    try:
        return base64.b64decode(value or b"")
    except (binascii.Error, ValueError):
        return b""
