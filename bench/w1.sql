-- Workload W1 as somebody would write it who knows the documents and wants them in DuckDB, nothing else: no file that survives a crash, no types that are found, no schema.
-- $documents is the path of the JSON lines, $loadId that of the load.
CREATE TEMP TABLE document AS
SELECT left(md5(random()::VARCHAR), 14) AS _dlt_id, *
FROM read_json($documents, format = 'newline_delimited', columns = {
  id: 'VARCHAR', kind: 'VARCHAR', sequence: 'BIGINT', visible: 'BOOLEAN', created_at: 'TIMESTAMPTZ', updated_at: 'TIMESTAMPTZ',
  title: 'VARCHAR', body: 'VARCHAR', score: 'JSON', ratio: 'DOUBLE',
  sender: 'STRUCT(id BIGINT, login VARCHAR, display_name VARCHAR, gravatar VARCHAR, url VARCHAR, avatar_url VARCHAR)',
  project: 'STRUCT(id BIGINT, name VARCHAR, url VARCHAR, owner STRUCT(id BIGINT, login VARCHAR, type VARCHAR, isStaff BOOLEAN))',
  detail: 'STRUCT(action VARCHAR, ref VARCHAR, pushId BIGINT, size BIGINT, head VARCHAR, before VARCHAR, changes STRUCT(sha VARCHAR, author STRUCT(email VARCHAR, name VARCHAR), message VARCHAR, "distinct" BOOLEAN, url VARCHAR)[])',
  labels: 'STRUCT(id BIGINT, name VARCHAR, color VARCHAR, "default" BOOLEAN, description VARCHAR)[]',
  topics: 'VARCHAR[]',
  organization: 'STRUCT(id BIGINT, login VARCHAR, avatar_url VARCHAR)'
});

CREATE TABLE activities AS
SELECT
  id, kind, sequence, visible, created_at, updated_at, title, body,
  TRY_CAST(score AS DOUBLE) AS score, CASE WHEN json_type(score) = 'VARCHAR' THEN score ->> '$' END AS score__v_text, ratio,
  sender.id AS sender__id, sender.login AS sender__login, sender.display_name AS sender__display_name,
  sender.gravatar AS sender__gravatar, sender.url AS sender__url, sender.avatar_url AS sender__avatar_url,
  project.id AS project__id, project.name AS project__name, project.url AS project__url,
  project.owner.id AS project__owner__id, project.owner.login AS project__owner__login,
  project.owner.type AS project__owner__type, project.owner.isStaff AS project__owner__is_staff,
  detail.action AS detail__action, detail.ref AS detail__ref, detail.pushId AS detail__push_id,
  detail.size AS detail__size, detail.head AS detail__head, detail.before AS detail__before,
  organization.id AS organization__id, organization.login AS organization__login, organization.avatar_url AS organization__avatar_url,
  $loadId AS _dlt_load_id, _dlt_id
FROM document;

CREATE TABLE activities__detail__changes AS
SELECT
  item.sha, item.author.email AS author__email, item.author.name AS author__name, item.message, item."distinct", item.url,
  _dlt_id AS _dlt_parent_id, place - 1 AS _dlt_list_idx, left(md5(random()::VARCHAR), 14) AS _dlt_id
FROM (SELECT _dlt_id, unnest(detail.changes) AS item, generate_subscripts(detail.changes, 1) AS place FROM document);

CREATE TABLE activities__labels AS
SELECT
  item.id, item.name, item.color, item."default", item.description,
  _dlt_id AS _dlt_parent_id, place - 1 AS _dlt_list_idx, left(md5(random()::VARCHAR), 14) AS _dlt_id
FROM (SELECT _dlt_id, unnest(labels) AS item, generate_subscripts(labels, 1) AS place FROM document);

CREATE TABLE activities__topics AS
SELECT value, _dlt_id AS _dlt_parent_id, place - 1 AS _dlt_list_idx, left(md5(random()::VARCHAR), 14) AS _dlt_id
FROM (SELECT _dlt_id, unnest(topics) AS value, generate_subscripts(topics, 1) AS place FROM document);
