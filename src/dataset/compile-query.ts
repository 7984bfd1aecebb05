import type { OperationNode, RawNode, SelectQueryNode } from "kysely";
import { kysely } from "./kysely.ts";
import { type Aggregation, type Condition, isPlainTable, isPlainText, type Order, type Query, type QuerySource } from "./query.ts";
import { sqlLiteral } from "./sql-literal.ts";

export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The full, quoted name of a table. */
export type Qualify = (table: string) => string;

/** The statement with placeholders. DuckDB takes what is written for Postgres. */
export function compileQuery(query: Query, qualify: Qualify): CompiledQuery {
  const { ValueNode } = kysely();
  return compile(rootNode(query, { qualify, value: (value) => ValueNode.create(value) }));
}

/** The statement with its values in it. */
export function printQuery(query: Query, qualify: Qualify): string {
  const { RawNode } = kysely();
  return compile(rootNode(query, { qualify, value: (value) => RawNode.createWithSql(sqlLiteral(value)) })).sql;
}

interface Spelling {
  readonly qualify: Qualify;
  readonly value: (value: unknown) => OperationNode;
}

function compile(node: SelectQueryNode | RawNode): CompiledQuery {
  const { PostgresQueryCompiler, createQueryId } = kysely();
  const { sql, parameters } = new PostgresQueryCompiler().compileQuery(node, createQueryId());
  return { sql, parameters };
}

function rootNode(query: Query, spelling: Spelling): SelectQueryNode | RawNode {
  return query.from.kind === "text" && isPlainText(query) ? textNode(query.from, spelling) : selectNode(query, spelling);
}

// Nodes and not kysely's builder: that one takes `a.b` and `a as b` in names apart.

function selectNode(query: Query, spelling: Spelling): SelectQueryNode {
  const { LimitNode, QueryNode, SelectQueryNode, ValueNode } = kysely();
  let node = SelectQueryNode.cloneWithSelections(SelectQueryNode.createFrom([sourceNode(query.from, spelling)]), selections(query));
  for (const condition of query.conditions) node = QueryNode.cloneWithWhere(node, conditionNode(condition, spelling));
  if (query.order.length > 0) node = SelectQueryNode.cloneWithOrderByItems(node, query.order.map(orderNode));
  if (query.limit !== undefined) node = SelectQueryNode.cloneWithLimit(node, LimitNode.create(ValueNode.createImmediate(query.limit)));
  return node;
}

function selections({ aggregate, columns }: Query) {
  const { ColumnNode, SelectionNode } = kysely();
  if (aggregate !== undefined) return [SelectionNode.create(aggregateNode(aggregate))];
  if (columns === undefined) return [SelectionNode.createSelectAll()];
  return columns.map((column) => SelectionNode.create(ColumnNode.create(column)));
}

function aggregateNode({ name, column }: Aggregation) {
  const { AggregateFunctionNode, AliasNode, IdentifierNode, SelectAllNode } = kysely();
  const aggregated = column === undefined ? SelectAllNode.create() : columnNode(column);
  return AliasNode.create(AggregateFunctionNode.create(name, [aggregated]), IdentifierNode.create(name));
}

function columnNode(column: string) {
  return kysely().ColumnNode.create(column);
}

function sourceNode(source: QuerySource, spelling: Spelling): OperationNode {
  const { AliasNode, IdentifierNode, RawNode } = kysely();
  switch (source.kind) {
    case "table":
      return RawNode.createWithSql(spelling.qualify(source.table));
    case "query":
      return AliasNode.create(subqueryNode(source.query, spelling), IdentifierNode.create("rows"));
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
    return BinaryOperationNode.create(columnNode(column), OperatorNode.create(operator), ValueListNode.create(value.map(spelling.value)));
  }
  if (value === null) {
    const isOrIsNot = OperatorNode.create(operator === "=" ? "is" : "is not");
    return BinaryOperationNode.create(columnNode(column), isOrIsNot, ValueNode.createImmediate(null));
  }
  return BinaryOperationNode.create(columnNode(column), OperatorNode.create(operator), spelling.value(value));
}

/** Databases do not agree on where null comes. */
function orderNode({ column, direction }: Order) {
  const { OrderByItemNode, RawNode } = kysely();
  return OrderByItemNode.cloneWith(OrderByItemNode.create(columnNode(column), RawNode.createWithSql(direction)), { nulls: "last" });
}
