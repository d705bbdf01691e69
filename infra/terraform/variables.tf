variable "stage" {
  description = "Names everything; stages live side by side in one account."
  type        = string
  default     = "prod"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,19}$", var.stage))
    error_message = "The stage is up to 20 of a-z, 0-9 and -, and begins with none of the latter."
  }
}

variable "package" {
  description = "Folder of the packaged stack: template.json, on-message.zip and on-schedule.zip. A release's module has its own."
  type        = string
  default     = null
}

variable "code_bucket" {
  description = "Bucket for the zips, in the region of the stack, by a name that is known when it is planned; null makes one."
  type        = string
  default     = null
}

variable "code_prefix" {
  description = "What stands before the names of the zips in the bucket, with its slash."
  type        = string
  default     = ""
}

variable "cloudformation_role_arn" {
  description = "Role that CloudFormation works as; null for that of the caller."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stack and of the bucket, beside service and stage; CloudFormation hands them on."
  type        = map(string)
  default     = {}
}

variable "bus_name" {
  description = "Name of the bus; nothing for assay-STAGE."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[.\\-_A-Za-z0-9]{0,256}$", var.bus_name))
    error_message = "A bus is named with letters, digits, '.', '-' and '_'."
  }
}

variable "sender_accounts" {
  description = "Other accounts whose clusters may send events."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.sender_accounts : can(regex("^\\d{12}$", account))])
    error_message = "An account has 12 digits."
  }
}

variable "sender_organization" {
  description = "Organization whose accounts may all send events."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.sender_organization))
    error_message = "An organization is o- and 10 to 32 of a-z and 0-9."
  }
}

variable "cluster_roles" {
  description = "ARN of the roles that Assay may assume, with * for any; nothing for role/assay-* of any account."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:iam::.+)?$", var.cluster_roles))
    error_message = "Roles are given by an ARN: arn:aws:iam::111122223333:role/assay-*."
  }
}

variable "secrets" {
  description = "Names of the secrets that Assay may read, with * for any; nothing for assay/STAGE/*."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[/_+=.@*A-Za-z0-9-]*$", var.secrets))
    error_message = "A secret is named with letters, digits and '/_+=.@-'; * stands for any."
  }
}

variable "shared_secrets" {
  description = "Secrets that the document of any cluster may name; * at the end of one for anything."
  type        = list(string)
  default     = []
}

variable "memory" {
  description = "MB of on-message; its share of a processor grows with it."
  type        = number
  default     = 512

  validation {
    condition     = var.memory >= 128 && var.memory <= 10240
    error_message = "Functions have 128 to 10240 MB."
  }
}

variable "timeout_seconds" {
  description = "Of on-message; metrics with longer time limits than that cannot be measured."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "Functions run for 1 to 900 seconds."
  }
}

variable "visibility_seconds" {
  description = "At least six times timeout_seconds."
  type        = number
  default     = 360

  validation {
    condition     = var.visibility_seconds >= 6 && var.visibility_seconds <= 43200
    error_message = "SQS hides messages for up to 43200 seconds."
  }
}

variable "concurrent_batches" {
  description = "on-message at once, each with up to 10 messages."
  type        = number
  default     = 20

  validation {
    condition     = var.concurrent_batches >= 2 && var.concurrent_batches <= 1000
    error_message = "SQS calls 2 to 1000 functions at once."
  }
}

variable "reserved_concurrency" {
  description = "Concurrency that no other function of the account takes; at least concurrent_batches. null reserves none."
  type        = number
  default     = null
}

variable "log_retention_days" {
  description = "How long logs are kept; one of the terms that CloudWatch Logs has."
  type        = number
  default     = 30

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "CloudWatch Logs has no such term: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and more."
  }
}

variable "tracing" {
  description = "Active sends traces to X-Ray."
  type        = string
  default     = "PassThrough"

  validation {
    condition     = contains(["PassThrough", "Active"], var.tracing)
    error_message = "Tracing is PassThrough or Active."
  }
}

variable "kms_key_arn" {
  description = "Key for queues, bus and topic, in place of the one that AWS owns."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/.+)?$", var.kms_key_arn))
    error_message = "A key is given by its ARN: arn:aws:kms:eu-west-1:111122223333:key/…"
  }
}

variable "vpc_subnet_ids" {
  description = "Private subnets for on-message, for API servers that only a VPC reaches."
  type        = list(string)
  default     = []
}

variable "vpc_security_group_ids" {
  description = "Security groups of on-message in these subnets."
  type        = list(string)
  default     = []
}

variable "alarm_email" {
  description = "Who gets an e-mail with each alarm, by a topic of its own."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^@\\s]+@[^@\\s]+)?$", var.alarm_email))
    error_message = "That is no address of e-mail."
  }
}

variable "alarm_topic_arn" {
  description = "A topic that is there already, for all alarms."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:sns:.+)?$", var.alarm_topic_arn))
    error_message = "A topic is given by its ARN: arn:aws:sns:eu-west-1:111122223333:alarms."
  }
}

variable "lateness_seconds" {
  description = "Lateness (p99) above which there is an alarm."
  type        = number
  default     = 30

  validation {
    condition     = var.lateness_seconds >= 1
    error_message = "Lateness is a second at least."
  }
}
