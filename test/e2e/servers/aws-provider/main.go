// A stand-in for the provider hashicorp/aws, with the few resources that infra/terraform has, for tests in which moto stands
// for AWS. It is not that provider and shares no code with it: a test compares its schema with the real one's, and what it
// does with S3 and CloudFormation is done by AWS's own SDK.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	options := providerserver.ServeOpts{Address: "registry.opentofu.org/hashicorp/aws"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return &standIn{} }, options); err != nil {
		log.Fatal(err)
	}
}

// What resources speak with: endpoints and credentials come from the environment (AWS_ENDPOINT_URL and others).
type clients struct {
	s3             *s3.Client
	cloudformation *cloudformation.Client
}

type standIn struct{}

func (*standIn) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "aws"
}

func (*standIn) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"region": schema.StringAttribute{Optional: true}}}
}

func (*standIn) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var given struct {
		Region types.String `tfsdk:"region"`
	}
	response.Diagnostics.Append(request.Config.Get(ctx, &given)...)
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion(given.Region.ValueString()))
	if err != nil {
		response.Diagnostics.AddError("no settings for AWS", err.Error())
		return
	}
	response.ResourceData = &clients{
		s3:             s3.NewFromConfig(settings, func(options *s3.Options) { options.UsePathStyle = true }),
		cloudformation: cloudformation.NewFromConfig(settings),
	}
}

func (*standIn) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &bucket{} },
		func() resource.Resource { return &publicAccessBlock{} },
		func() resource.Resource { return &object{} },
		func() resource.Resource { return &stack{} },
	}
}

func (*standIn) DataSources(context.Context) []func() datasource.DataSource { return nil }

// What every resource has of its own.
type withClients struct{ *clients }

func (w *withClients) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if request.ProviderData != nil {
		w.clients = request.ProviderData.(*clients)
	}
}
