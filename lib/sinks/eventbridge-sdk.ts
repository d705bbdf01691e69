/** The part of the AWS SDK that puts events. Named one by one, so that a bundle leaves the rest out. */
export { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
