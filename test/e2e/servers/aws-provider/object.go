package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type object struct{ withClients }

type objectModel struct {
	ID         types.String `tfsdk:"id"`
	Bucket     types.String `tfsdk:"bucket"`
	Key        types.String `tfsdk:"key"`
	Source     types.String `tfsdk:"source"`
	SourceHash types.String `tfsdk:"source_hash"`
}

func (*object) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "aws_s3_object"
}

func (*object) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":          identity(),
		"bucket":      schema.StringAttribute{Required: true, PlanModifiers: replaces()},
		"key":         schema.StringAttribute{Required: true, PlanModifiers: replaces()},
		"source":      schema.StringAttribute{Optional: true},
		"source_hash": schema.StringAttribute{Optional: true},
	}}
}

func (o *object) upload(ctx context.Context, of *objectModel) error {
	file, err := os.Open(of.Source.ValueString())
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = o.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: of.Bucket.ValueStringPointer(), Key: of.Key.ValueStringPointer(), Body: file})
	of.ID = types.StringValue(of.Bucket.ValueString() + "/" + of.Key.ValueString())
	return err
}

func (o *object) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan objectModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if err := o.upload(ctx, &plan); err != nil {
		response.Diagnostics.AddError("object not uploaded", err.Error())
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (o *object) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state objectModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	_, err := o.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: state.Bucket.ValueStringPointer(), Key: state.Key.ValueStringPointer()})
	if err != nil {
		response.State.RemoveResource(ctx)
	}
}

func (o *object) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan objectModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if err := o.upload(ctx, &plan); err != nil {
		response.Diagnostics.AddError("object not uploaded", err.Error())
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (o *object) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state objectModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	_, err := o.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: state.Bucket.ValueStringPointer(), Key: state.Key.ValueStringPointer()})
	if err != nil {
		response.Diagnostics.AddError("object not deleted", err.Error())
	}
}
