# One module call: everything as it comes.
provider "aws" {
  region = "eu-west-1"
}

module "assay" {
  source = "../.."
}

output "bus_arn" {
  value = module.assay.bus_arn
}

output "on_message_role_arn" {
  value = module.assay.on_message_role_arn
}
