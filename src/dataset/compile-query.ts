import type { OperationNode, RawNode, SelectQueryNode } from "kysely";
import { InternalError } from "../core/errors.ts";
import { type JoinStep, joinedName } from "./join-links.ts";
import { kysely } from "./kysely.ts";
import type { JoinPlan, JoinPlans } from "./plan-joins.ts";
import { type Aggregation, type Condition, isPlain, isPlainTable, type Join, type Order, type Query, type QuerySource } from "./query.ts";
import { type OwnLiteral, sqlLiteral } from "./sql-literal.ts";

export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What a statement depends on besides the query. */
export interface Naming {
  /** The full, quoted name of a table. */
  readonly qualify: (table: string) => string;
  /** A name as the database takes it. The names of joined columns may be too long. */
  readonly columnName: (column: string) => string;
  readonly joins: JoinPlans;
}

/** The statement with placeholders. DuckDB takes what is written for Postgres. */
export function compileQuery(query: Query, naming: Naming): CompiledQuery {
  const { ValueNode } = kysely();
  return compile(rootNode(query, { ...naming, value: (value) => ValueNode.create(value) }));
}

/** The statement with its values in it. */
export function printQuery(query: Query, naming: Naming, own: OwnLiteral | undefined): string {
  const { RawNode } = kysely();
  return compile(rootNode(query, { ...naming, value: (value) => RawNode.createWithSql(sqlLiteral(value, own)) })).sql;
}

interface Spelling extends Naming {
  readonly value: (value: unknown) => OperationNode;
}

function compile(node: SelectQueryNode | RawNode): CompiledQuery {
  const { PostgresQueryCompiler, createQueryId } = kysely();
  const { sql, parameters } = new PostgresQueryCompiler().compileQuery(node, createQueryId());
  return { sql, parameters };
}

function rootNode(query: Query, spelling: Spelling): SelectQueryNode | RawNode {
  if (isPlain(query) && query.from.kind === "text") return textNode(query.from, spelling);
  return isPlain(query) && query.from.kind === "join" ? joinNode(query.from.join, spelling) : selectNode(query, spelling);
}

// Nodes and not kysely's builder: that one takes `a.b` and `a as b` in names apart.

function selectNode(query: Query, spelling: Spelling): SelectQueryNode {
  const { LimitNode, QueryNode, SelectQueryNode, ValueNode } = kysely();
  let node = SelectQueryNode.cloneWithSelections(
    SelectQueryNode.createFrom([sourceNode(query.from, spelling)]),
    selections(query, spelling),
  );
  for (const condition of query.conditions) node = QueryNode.cloneWithWhere(node, conditionNode(condition, spelling));
  if (query.order.length > 0)
    node = SelectQueryNode.cloneWithOrderByItems(
      node,
      query.order.map((order) => orderNode(order, spelling)),
    );
  if (query.limit !== undefined) node = SelectQueryNode.cloneWithLimit(node, LimitNode.create(ValueNode.createImmediate(query.limit)));
  return node;
}

function selections({ aggregate, columns }: Query, spelling: Spelling) {
  const { ColumnNode, SelectionNode } = kysely();
  if (aggregate !== undefined) return [SelectionNode.create(aggregateNode(aggregate, spelling))];
  if (columns === undefined) return [SelectionNode.createSelectAll()];
  const names = columns.flatMap((selected) => (typeof selected === "string" ? [selected] : joinedColumns(selected.allOf, spelling)));
  return names.map((name) => SelectionNode.create(ColumnNode.create(spelling.columnName(name))));
}

function joinedColumns(join: Join, spelling: Spelling): readonly string[] {
  return planOf(join, spelling).columns.map((column) => joinedName(join.table, column));
}

function aggregateNode({ name, column }: Aggregation, spelling: Spelling) {
  const { AggregateFunctionNode, AliasNode, IdentifierNode, SelectAllNode } = kysely();
  const aggregated = column === undefined ? SelectAllNode.create() : columnNode(column, spelling);
  return AliasNode.create(AggregateFunctionNode.create(name, [aggregated]), IdentifierNode.create(name));
}

function columnNode(column: string, { columnName }: Spelling) {
  return kysely().ColumnNode.create(columnName(column));
}

/** The left side is called `rows`, the joined table `joined`, and tables between them `between1` and so on. */
function joinNode(join: Join, spelling: Spelling): SelectQueryNode {
  const { AliasNode, ColumnNode, IdentifierNode, QueryNode, ReferenceNode, SelectQueryNode, SelectionNode, TableNode } = kysely();
  const { steps, columns } = planOf(join, spelling);
  const joined = columns.map((column) => {
    const reference = ReferenceNode.create(ColumnNode.create(column), TableNode.create("joined"));
    return SelectionNode.create(AliasNode.create(reference, IdentifierNode.create(spelling.columnName(joinedName(join.table, column)))));
  });
  const from = SelectQueryNode.createFrom([leftNode(join.left, spelling)]);
  const all = SelectionNode.createSelectAllFromTable(TableNode.create("rows"));
  const alias = (index: number) => (index < 0 ? "rows" : index === steps.length - 1 ? "joined" : `between${index + 1}`);
  return steps.reduce(
    (node, step, index) => QueryNode.cloneWithJoin(node, stepNode(step, [alias(index - 1), alias(index)], spelling)),
    SelectQueryNode.cloneWithSelections(from, [all, ...joined]),
  );
}

function leftNode(left: Query, spelling: Spelling): OperationNode {
  const { AliasNode, IdentifierNode, RawNode } = kysely();
  const node = isPlainTable(left) ? RawNode.createWithSql(spelling.qualify(left.from.table)) : subqueryNode(left, spelling);
  return AliasNode.create(node, IdentifierNode.create("rows"));
}

function stepNode({ table, from, to }: JoinStep, [before, after]: readonly [string, string], spelling: Spelling) {
  const { AliasNode, AndNode, BinaryOperationNode, IdentifierNode, JoinNode, OperatorNode, RawNode } = kysely();
  const pairs: OperationNode[] = from.map((column, index) =>
    BinaryOperationNode.create(
      columnOf(before, spelling.columnName(column)),
      OperatorNode.create("="),
      columnOf(after, to[index] ?? column),
    ),
  );
  const target = AliasNode.create(RawNode.createWithSql(spelling.qualify(table)), IdentifierNode.create(after));
  return JoinNode.createWithOn(
    "InnerJoin",
    target,
    pairs.reduce((left, right) => AndNode.create(left, right)),
  );
}

function columnOf(table: string, column: string) {
  const { ColumnNode, ReferenceNode, TableNode } = kysely();
  return ReferenceNode.create(ColumnNode.create(column), TableNode.create(table));
}

function planOf(join: Join, { joins }: Spelling): JoinPlan {
  const plan = joins.get(join);
  if (plan === undefined) throw new InternalError(`The join of \`${join.table}\` was not planned.`);
  return plan;
}

function sourceNode(source: QuerySource, spelling: Spelling): OperationNode {
  const { AliasNode, IdentifierNode, RawNode } = kysely();
  switch (source.kind) {
    case "table":
      return RawNode.createWithSql(spelling.qualify(source.table));
    case "query":
      return AliasNode.create(subqueryNode(source.query, spelling), IdentifierNode.create("rows"));
    case "join":
      return AliasNode.create(joinNode(source.join, spelling), IdentifierNode.create("rows"));
    default:
      return AliasNode.create(bracketed(textNode(source, spelling)), IdentifierNode.create("rows"));
  }
}

/** A SELECT inside of another one gets its brackets from kysely. */
function subqueryNode(query: Query, spelling: Spelling): OperationNode {
  const node = rootNode(query, spelling);
  return node.kind === "RawNode" ? bracketed(node) : node;
}

/** A text may end with a comment. */
function bracketed(node: RawNode): RawNode {
  return kysely().RawNode.create(["(", "\n)"], [node]);
}

function textNode({ texts, parameters }: QuerySource & { readonly kind: "text" }, spelling: Spelling): RawNode {
  const nodes = parameters.map((parameter) =>
    parameter.kind === "value" ? spelling.value(parameter.value) : relationNode(parameter.query, spelling),
  );
  return kysely().RawNode.create(texts, nodes);
}

/** A relation inside of a text: its table, or what it selects. */
function relationNode(query: Query, spelling: Spelling): OperationNode {
  return isPlainTable(query) ? kysely().RawNode.createWithSql(spelling.qualify(query.from.table)) : subqueryNode(query, spelling);
}

function conditionNode({ column, operator, value }: Condition, spelling: Spelling): OperationNode {
  const { BinaryOperationNode, OperatorNode, RawNode, ValueListNode, ValueNode } = kysely();
  if (Array.isArray(value)) {
    if (value.length === 0) return RawNode.createWithSql(operator === "in" ? "false" : "true");
    return BinaryOperationNode.create(
      columnNode(column, spelling),
      OperatorNode.create(operator),
      ValueListNode.create(value.map(spelling.value)),
    );
  }
  if (value === null) {
    const isOrIsNot = OperatorNode.create(operator === "=" ? "is" : "is not");
    return BinaryOperationNode.create(columnNode(column, spelling), isOrIsNot, ValueNode.createImmediate(null));
  }
  return BinaryOperationNode.create(columnNode(column, spelling), OperatorNode.create(operator), spelling.value(value));
}

/** Databases do not agree on where null comes. */
function orderNode({ column, direction }: Order, spelling: Spelling) {
  const { OrderByItemNode, RawNode } = kysely();
  return OrderByItemNode.cloneWith(OrderByItemNode.create(columnNode(column, spelling), RawNode.createWithSql(direction)), {
    nulls: "last",
  });
}
