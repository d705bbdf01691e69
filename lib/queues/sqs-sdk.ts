/** The part of the AWS SDK that sends messages. Named one by one, so that a bundle leaves the rest out. */
export { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
