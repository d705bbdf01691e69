package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The identity of what has been made: known from then on.
func identity() schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}
}

// Where another value is another thing.
func replaces() []planmodifier.String {
	return []planmodifier.String{stringplanmodifier.RequiresReplace()}
}

type bucket struct{ withClients }

type bucketModel struct {
	ID           types.String `tfsdk:"id"`
	Bucket       types.String `tfsdk:"bucket"`
	BucketPrefix types.String `tfsdk:"bucket_prefix"`
	ForceDestroy types.Bool   `tfsdk:"force_destroy"`
	Tags         types.Map    `tfsdk:"tags"`
}

func (*bucket) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "aws_s3_bucket"
}

func (*bucket) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	named := []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":            identity(),
		"bucket":        schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: named},
		"bucket_prefix": schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: named},
		"force_destroy": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false)},
		"tags":          schema.MapAttribute{Optional: true, ElementType: types.StringType},
	}}
}

func (b *bucket) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan bucketModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	name := plan.Bucket.ValueString()
	if name == "" {
		name = fmt.Sprintf("%s%d", plan.BucketPrefix.ValueString(), time.Now().UnixNano())
	}
	_, err := b.s3.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: &name,
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{
			LocationConstraint: s3types.BucketLocationConstraint(b.s3.Options().Region),
		},
	})
	if err != nil {
		response.Diagnostics.AddError("bucket not created", err.Error())
		return
	}
	plan.ID, plan.Bucket = types.StringValue(name), types.StringValue(name)
	plan.BucketPrefix = types.StringValue(plan.BucketPrefix.ValueString())
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (b *bucket) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state bucketModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if _, err := b.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: state.ID.ValueStringPointer()}); err != nil {
		response.State.RemoveResource(ctx)
	}
}

func (*bucket) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	response.State.Raw = request.Plan.Raw
}

func (b *bucket) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state bucketModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if _, err := b.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: state.ID.ValueStringPointer()}); err != nil {
		response.Diagnostics.AddError("bucket not deleted", err.Error())
	}
}

type publicAccessBlock struct{ withClients }

type publicAccessBlockModel struct {
	ID                    types.String `tfsdk:"id"`
	Bucket                types.String `tfsdk:"bucket"`
	BlockPublicAcls       types.Bool   `tfsdk:"block_public_acls"`
	BlockPublicPolicy     types.Bool   `tfsdk:"block_public_policy"`
	IgnorePublicAcls      types.Bool   `tfsdk:"ignore_public_acls"`
	RestrictPublicBuckets types.Bool   `tfsdk:"restrict_public_buckets"`
}

func (*publicAccessBlock) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "aws_s3_bucket_public_access_block"
}

func (*publicAccessBlock) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":                      identity(),
		"bucket":                  schema.StringAttribute{Required: true, PlanModifiers: replaces()},
		"block_public_acls":       schema.BoolAttribute{Optional: true},
		"block_public_policy":     schema.BoolAttribute{Optional: true},
		"ignore_public_acls":      schema.BoolAttribute{Optional: true},
		"restrict_public_buckets": schema.BoolAttribute{Optional: true},
	}}
}

func (p *publicAccessBlock) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan publicAccessBlockModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	_, err := p.s3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
		Bucket: plan.Bucket.ValueStringPointer(),
		PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
			BlockPublicAcls:       plan.BlockPublicAcls.ValueBoolPointer(),
			BlockPublicPolicy:     plan.BlockPublicPolicy.ValueBoolPointer(),
			IgnorePublicAcls:      plan.IgnorePublicAcls.ValueBoolPointer(),
			RestrictPublicBuckets: plan.RestrictPublicBuckets.ValueBoolPointer(),
		},
	})
	if err != nil {
		response.Diagnostics.AddError("public access not blocked", err.Error())
		return
	}
	plan.ID = plan.Bucket
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (p *publicAccessBlock) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state publicAccessBlockModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if _, err := p.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: aws.String(state.ID.ValueString())}); err != nil {
		response.State.RemoveResource(ctx)
	}
}

func (*publicAccessBlock) Update(_ context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	response.State.Raw = request.Plan.Raw
}

func (p *publicAccessBlock) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state publicAccessBlockModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if _, err := p.s3.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: state.ID.ValueStringPointer()}); err != nil {
		response.Diagnostics.AddError("block not deleted", err.Error())
	}
}
