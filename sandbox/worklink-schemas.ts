/** WorkLink's schema as far as it could be put together from what Scope AR wrote, and as it may be elsewhere. */

const common = `
  scalar Alphanumeric
  scalar JSON
  scalar DateTime
  interface Node { id: ID! }
  input ExternalDataFilter { type: String!, key: String!, value: Alphanumeric! }
  enum SortDirection { ASC DESC }
  input OrderBy { attribute: String!, direction: SortDirection! }
  type PageInfo { hasNextPage: Boolean startCursor: String endCursor: String }
  type User implements Node { id: ID! databaseId: ID name: String email: String }
  type UserConnection { nodes: [User] totalCount: Int pageInfo: PageInfo }
  type Attachment { fileUrl: String }
`;

/** §3.4; and §5 #8, #15, #16 and §3.5 item 6 where it says otherwise. */
export const schemas = {
  today: `${common}
    type Query {
      node(id: ID!): Node
      scenarioSessions(first: Int!, externalData: ExternalDataFilter, orderBy: OrderBy, after: String): ScenarioSessionConnection
      calls(first: Int!, externalData: ExternalDataFilter, orderBy: OrderBy, after: String): CallConnection
      webhookTopics(first: Int): WebhookTopicConnection
    }
    type WebhookTopic { key: String version: String }
    type WebhookTopicConnection { nodes: [WebhookTopic] }
    type Mutation { createWebhookSubscription: Boolean }
    type ScenarioSessionPart { databaseId: ID createdBy: User startedAt: DateTime endedAt: DateTime }
    type ScenarioSessionPartConnection { nodes: [ScenarioSessionPart] pageInfo: PageInfo }
    type ScenarioStep { name: String orderIndex: Int }
    type ScenarioSessionStep { scenarioStep: ScenarioStep }
    type ScenarioSessionStepConnection { nodes: [ScenarioSessionStep] pageInfo: PageInfo }
    type ScenarioSessionEvent implements Node { id: ID! type: String createdAt: DateTime eventData: JSON photo: Attachment }
    type ScenarioSessionEventConnection { nodes: [ScenarioSessionEvent] pageInfo: PageInfo }
    type ScenarioSession implements Node {
      id: ID! databaseId: ID state: String sessionType: String startedAt: DateTime endedAt: DateTime updatedAt: DateTime duration: Float
      numberOfStepsPossible: Int numberOfStepsViewed: Int percentOfStepsViewed: Float externalData: JSON
      parts(first: Int, after: String): ScenarioSessionPartConnection
      completedSteps(first: Int, after: String): ScenarioSessionStepConnection
      events(first: Int, after: String): ScenarioSessionEventConnection
    }
    type ScenarioSessionConnection { nodes: [ScenarioSession] totalCount: Int pageInfo: PageInfo }
    type Call implements Node {
      id: ID! databaseId: ID state: String startedAt: DateTime endedAt: DateTime updatedAt: DateTime duration: Float externalData: JSON
      caller: User callee: User participants(first: Int): UserConnection
    }
    type CallConnection { nodes: [Call] totalCount: Int pageInfo: PageInfo }
  `,
  /** No root for calls, CallSession for Call, finishedAt for endedAt, an offset for the cursor, external data as text. */
  old: `${common}
    type Query {
      node(id: ID!): Node
      scenarioSessions(first: Int!, externalData: ExternalDataFilter, afterIndex: Int): ScenarioSessionConnection
    }
    type ScenarioSession implements Node { id: ID! status: String startedAt: DateTime finishedAt: DateTime externalData: String }
    type ScenarioSessionConnection { nodes: [ScenarioSession] totalCount: Int }
    type CallSession implements Node {
      id: ID! status: String startedAt: DateTime finishedAt: DateTime externalData: String initiator: User users(first: Int!): UserConnection
    }
  `,
  /** An offset everywhere, no pageInfo, an order by the beginning alone, and external data as a list of keys and values. */
  offset: `${common}
    type Query {
      node(id: ID!): Node
      callSessions(first: Int!, externalData: ExternalDataFilter, orderBy: OrderBy, afterIndex: Int): CallSessionConnection
      scenarioSessions(first: Int!, externalData: ExternalDataFilter, orderBy: OrderBy, afterIndex: Int): ScenarioSessionConnection
    }
    type Pair { key: String value: String }
    type ScenarioSessionEvent { type: String createdAt: DateTime }
    type ScenarioSessionEventConnection { nodes: [ScenarioSessionEvent] totalCount: Int }
    type ScenarioSession implements Node {
      id: ID! state: String startedAt: DateTime endedAt: DateTime externalData: [Pair]
      events(first: Int!, afterIndex: Int): ScenarioSessionEventConnection
    }
    type ScenarioSessionConnection { nodes: [ScenarioSession] }
    type CallSession implements Node {
      id: ID! state: String startedAt: DateTime endedAt: DateTime externalData: [Pair] host: User
    }
    type CallSessionConnection { nodes: [CallSession] totalCount: Int }
  `,
};
export type Variant = keyof typeof schemas;
