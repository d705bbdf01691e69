output "bus_arn" {
  description = "The bus, for `assay manifests --bus-arn` and for whoever listens to outcomes."
  value       = local.outputs["BusArn"]
}

output "queue_url" {
  description = "The queue of messages."
  value       = local.outputs["QueueUrl"]
}

output "dead_letter_queue_url" {
  description = "Where messages end that failed five times."
  value       = local.outputs["DeadLetterQueueUrl"]
}

output "dead_letter_queue_arn" {
  description = "The same, for `aws sqs start-message-move-task`."
  value       = local.outputs["DeadLetterQueueArn"]
}

output "undelivered_events_url" {
  description = "Where events end that the bus could not put into the queue."
  value       = local.outputs["UndeliveredEventsUrl"]
}

output "on_message_role_arn" {
  description = "What clusters know Assay by: EKS access entries and trust policies of cluster roles name it."
  value       = local.outputs["OnMessageRoleArn"]
}

output "registry_path" {
  description = "Where the documents of clusters are, in Parameter Store."
  value       = "/assay/${var.stage}/clusters"
}

output "stack_id" {
  description = "Of the CloudFormation stack."
  value       = aws_cloudformation_stack.this.id
}
