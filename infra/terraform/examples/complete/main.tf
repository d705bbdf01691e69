# Everything that can be said, in a stage of its own.
variable "package" {
  description = "Folder of a packaged stack; null for the one that the module came with."
  type        = string
  default     = null
}

variable "code_bucket" {
  description = "Bucket for the zips of the functions."
  type        = string
}

provider "aws" {
  region = "eu-west-1"
}

module "assay" {
  source = "../.."

  stage       = "staging"
  package     = var.package
  code_bucket = var.code_bucket
  code_prefix = "releases/"
  tags        = { team = "delivery" }

  bus_name               = "deliveries"
  sender_accounts        = ["111122223333", "444455556666"]
  sender_organization    = "o-a1b2c3d4e5"
  cluster_roles          = "arn:aws:iam::111122223333:role/assay-*"
  secrets                = "delivery/*"
  shared_secrets         = ["delivery/prometheus", "delivery/datadog-*"]
  memory                 = 1024
  timeout_seconds        = 120
  visibility_seconds     = 720
  concurrent_batches     = 50
  reserved_concurrency   = 60
  log_retention_days     = 90
  tracing                = "Active"
  kms_key_arn            = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  vpc_subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"]
  vpc_security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  alarm_email            = "operations@example.com"
  lateness_seconds       = 20
}

output "assay" {
  value = module.assay
}
