//! Words that values are made of. The first ones are the commonest.

pub(super) const WORDS: &str = "order user session cache report invoice backup index image account payment \
    search customer archive catalog message device export profile ledger batch event upload token \
    product thread asset policy stock region cluster billing queue snapshot vendor ticket review \
    sensor media basket login audit route schema quota tenant label channel basic summary delivery \
    discount address shipping article comment picture video document folder calendar meeting \
    project task note contact group role permission secret key certificate domain zone record \
    volume bucket object blob stream topic partition replica shard node leader member worker job \
    step stage build release branch commit merge patch test suite case result metric alert rule \
    target probe check status health load memory disk network socket port proxy gateway balance \
    mirror bridge tunnel relay switch router filter parser lexer engine driver adapter plugin \
    module widget layout theme style color font icon button dialog window panel table column row \
    cell chart graph map layer tile point line shape model mesh texture sound music track album \
    artist playlist player game level score match round team season league coach stadium harbor \
    river forest mountain valley desert island ocean coast meadow garden bakery kitchen recipe \
    coffee orange lemon cherry walnut pepper ginger";

pub(super) const TEXTS: &str = "\
connection pool exhausted
unexpected end of stream
no such file or directory
invalid state transition
permission denied
index out of bounds
disk quota exceeded
retry limit reached
the lease has expired
checksum does not match
not a number
request entity too large
unknown column type
missing required field
deadlock found when trying to get lock
value must not be null
operation not supported
certificate has expired
queue is full
the server is shutting down
too many open files
stale file handle
could not parse response
duplicate entry
address already in use
authentication required
response was empty
not enough arguments
cannot read property of undefined
schema version mismatch
token has been revoked
write would block
broken pipe
host unreachable
division by zero
session not found
feature disabled by administrator
no space left on device
object is locked by another user
maintenance in progress";

pub(super) const STATEMENTS: &str = "\
SELECT * FROM orders WHERE id = ?
SELECT id, name, price FROM products WHERE category_id = ? ORDER BY name LIMIT 50
UPDATE sessions SET last_seen = now() WHERE id = ?
SELECT u.id, u.email FROM users u JOIN accounts a ON a.user_id = u.id WHERE a.id = ?
INSERT INTO events (kind, payload) VALUES ($1, $2) RETURNING id
SELECT count(*) FROM carts WHERE updated_at < now() - interval '? minutes'
DELETE FROM sessions WHERE expires_at < now()
UPDATE products SET stock = stock - ? WHERE id = ?
INSERT INTO order_items (order_id, product_id, quantity) VALUES (?, ?, ?)
SELECT 1
COMMIT
SELECT * FROM invoices WHERE customer_id = ? AND status = 'open'
REFRESH MATERIALIZED VIEW daily_sales
UPDATE users SET password_hash = 'x' WHERE id = ?
SELECT max(created_at) FROM audit_log
VACUUM ANALYZE events
WITH recent AS (SELECT * FROM orders WHERE id > ?) SELECT sum(total) FROM recent
DELETE FROM carts WHERE id IN (?, ?, ?)";

pub(super) const USERS: &str = "admin root alice bob deploy carol dave erin frank grace heidi ivan judy \
    mallory niaj olivia peggy rupert sybil trent victor walter www-data postgres backup jsmith \
    mmueller akowalski rgarcia lchen tnguyen pdubois svc_report svc-sync ci-bot jenkins nagios \
    user1 user42 test guest oracle ubuntu ec2-user kim.lee anna.berg o.petrov jane john maria \
    lukas sofia mateo emma noah mia liam zoe hugo ines omar leila yuki kenji priya arjun chloe \
    theo nora felix clara simon julia martin laura paul eva tom lisa max nina";

pub(super) const HOSTS: &str = "web db cache worker api node mercury venus saturn orion gateway build mail \
    proxy edge core backup storage vega altair rigel lyra atlas titan phoebe rhea ganymede callisto \
    europa ariel";
