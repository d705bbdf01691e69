locals {
  package = coalesce(var.package, "${path.module}/package")

  # The zips have names of their own in each version: by them CloudFormation knows that there is something new.
  zips    = toset(["on-message.zip", "on-schedule.zip"])
  digest  = substr(sha256(join("", [for zip in local.zips : filesha256("${local.package}/${zip}")])), 0, 16)
  prefix  = "${var.code_prefix}assay/${var.stage}/${local.digest}/"
  bucket  = var.code_bucket == null ? one(aws_s3_bucket.code[*].id) : var.code_bucket
  tags    = merge({ service = "assay", stage = var.stage }, var.tags)
  outputs = aws_cloudformation_stack.this.outputs
}

# A bucket of its own, where none is given.
resource "aws_s3_bucket" "code" {
  count = var.code_bucket == null ? 1 : 0

  bucket_prefix = "assay-${var.stage}-"
  force_destroy = true
  tags          = local.tags
}

resource "aws_s3_bucket_public_access_block" "code" {
  count = var.code_bucket == null ? 1 : 0

  bucket                  = aws_s3_bucket.code[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_object" "zip" {
  for_each = local.zips

  bucket      = local.bucket
  key         = "${local.prefix}${each.key}"
  source      = "${local.package}/${each.key}"
  source_hash = filebase64sha256("${local.package}/${each.key}")

  # Those of before go last: an update that fails is rolled back to them.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "this" {
  name               = "assay-${var.stage}"
  template_body      = file("${local.package}/template.json")
  capabilities       = ["CAPABILITY_NAMED_IAM"]
  iam_role_arn       = var.cloudformation_role_arn
  timeout_in_minutes = 30
  tags               = local.tags

  parameters = {
    CodeBucket          = local.bucket
    CodePrefix          = local.prefix
    Stage               = var.stage
    BusName             = var.bus_name
    SenderAccounts      = join(",", var.sender_accounts)
    SenderOrganization  = var.sender_organization
    ClusterRoles        = var.cluster_roles
    Secrets             = var.secrets
    SharedSecrets       = join(",", var.shared_secrets)
    Memory              = tostring(var.memory)
    TimeoutSeconds      = tostring(var.timeout_seconds)
    VisibilitySeconds   = tostring(var.visibility_seconds)
    ConcurrentBatches   = tostring(var.concurrent_batches)
    ReservedConcurrency = var.reserved_concurrency == null ? "" : tostring(var.reserved_concurrency)
    LogRetentionDays    = tostring(var.log_retention_days)
    Tracing             = var.tracing
    KmsKeyArn           = var.kms_key_arn
    VpcSubnetIds        = join(",", var.vpc_subnet_ids)
    VpcSecurityGroupIds = join(",", var.vpc_security_group_ids)
    AlarmEmail          = var.alarm_email
    AlarmTopicArn       = var.alarm_topic_arn
    LatenessSeconds     = tostring(var.lateness_seconds)
  }

  lifecycle {
    precondition {
      condition     = var.visibility_seconds >= 6 * var.timeout_seconds
      error_message = "visibility_seconds must be at least six times timeout_seconds, as SQS asks of queues of functions."
    }
    precondition {
      condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= var.concurrent_batches
      error_message = "reserved_concurrency must be at least concurrent_batches."
    }
    precondition {
      condition     = (length(var.vpc_subnet_ids) == 0) == (length(var.vpc_security_group_ids) == 0)
      error_message = "vpc_subnet_ids and vpc_security_group_ids belong together."
    }
  }

  depends_on = [aws_s3_object.zip]
}
