package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const patience = 5 * time.Minute

type stack struct{ withClients }

type stackModel struct {
	ID               types.String `tfsdk:"id"`
	Name             types.String `tfsdk:"name"`
	TemplateBody     types.String `tfsdk:"template_body"`
	Parameters       types.Map    `tfsdk:"parameters"`
	Capabilities     types.Set    `tfsdk:"capabilities"`
	IamRoleArn       types.String `tfsdk:"iam_role_arn"`
	TimeoutInMinutes types.Int64  `tfsdk:"timeout_in_minutes"`
	Tags             types.Map    `tfsdk:"tags"`
	Outputs          types.Map    `tfsdk:"outputs"`
}

func (*stack) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "aws_cloudformation_stack"
}

func (*stack) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":                 identity(),
		"name":               schema.StringAttribute{Required: true, PlanModifiers: replaces()},
		"template_body":      schema.StringAttribute{Optional: true, Computed: true},
		"parameters":         schema.MapAttribute{Optional: true, Computed: true, ElementType: types.StringType},
		"capabilities":       schema.SetAttribute{Optional: true, ElementType: types.StringType},
		"iam_role_arn":       schema.StringAttribute{Optional: true},
		"timeout_in_minutes": schema.Int64Attribute{Optional: true},
		"tags":               schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"outputs":            schema.MapAttribute{Computed: true, ElementType: types.StringType, PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()}},
	}}
}

// What a request takes of a stack.
func (of *stackModel) given(ctx context.Context) (parameters []cfntypes.Parameter, capabilities []cfntypes.Capability, tags []cfntypes.Tag, diagnostics diag.Diagnostics) {
	var values, labels map[string]string
	diagnostics.Append(of.Parameters.ElementsAs(ctx, &values, false)...)
	diagnostics.Append(of.Tags.ElementsAs(ctx, &labels, false)...)
	diagnostics.Append(of.Capabilities.ElementsAs(ctx, &capabilities, false)...)
	for key, value := range values {
		parameters = append(parameters, cfntypes.Parameter{ParameterKey: aws.String(key), ParameterValue: aws.String(value)})
	}
	for key, value := range labels {
		tags = append(tags, cfntypes.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	return parameters, capabilities, tags, diagnostics
}

// Waits until CloudFormation has done what it was asked for; fails where that went wrong.
func (s *stack) settled(ctx context.Context, of *stackModel) (*cfntypes.Stack, error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		answer, err := s.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: of.ID.ValueStringPointer()})
		if err != nil {
			return nil, err
		}
		found := &answer.Stacks[0]
		switch status := string(found.StackStatus); {
		case strings.HasSuffix(status, "_IN_PROGRESS"):
		case status == "CREATE_COMPLETE" || status == "UPDATE_COMPLETE" || status == "DELETE_COMPLETE":
			return found, nil
		default:
			return nil, fmt.Errorf("%s: %s", status, aws.ToString(found.StackStatusReason))
		}
	}
	return nil, fmt.Errorf("not settled after %s", patience)
}

func (of *stackModel) withOutputs(found *cfntypes.Stack) diag.Diagnostics {
	outputs := map[string]string{}
	for _, output := range found.Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	var diagnostics diag.Diagnostics
	of.Outputs, diagnostics = types.MapValueFrom(context.Background(), types.StringType, outputs)
	return diagnostics
}

func (s *stack) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan stackModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	parameters, capabilities, tags, diagnostics := plan.given(ctx)
	response.Diagnostics.Append(diagnostics...)
	made, err := s.cloudformation.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName:        plan.Name.ValueStringPointer(),
		TemplateBody:     plan.TemplateBody.ValueStringPointer(),
		Parameters:       parameters,
		Capabilities:     capabilities,
		Tags:             tags,
		RoleARN:          plan.IamRoleArn.ValueStringPointer(),
		TimeoutInMinutes: aws.Int32(int32(plan.TimeoutInMinutes.ValueInt64())),
	})
	if err != nil {
		response.Diagnostics.AddError("stack not created", err.Error())
		return
	}
	plan.ID = types.StringPointerValue(made.StackId)
	found, err := s.settled(ctx, &plan)
	if err != nil {
		response.Diagnostics.AddError("stack not created", err.Error())
		return
	}
	response.Diagnostics.Append(plan.withOutputs(found)...)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (s *stack) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state stackModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	found, err := s.settled(ctx, &state)
	if err != nil || found.StackStatus == cfntypes.StackStatusDeleteComplete {
		response.State.RemoveResource(ctx)
		return
	}
	parameters := map[string]string{}
	for _, parameter := range found.Parameters {
		parameters[aws.ToString(parameter.ParameterKey)] = aws.ToString(parameter.ParameterValue)
	}
	var diagnostics diag.Diagnostics
	state.Parameters, diagnostics = types.MapValueFrom(ctx, types.StringType, parameters)
	response.Diagnostics.Append(diagnostics...)
	response.Diagnostics.Append(state.withOutputs(found)...)
	response.Diagnostics.Append(response.State.Set(ctx, &state)...)
}

func (s *stack) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan stackModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	parameters, capabilities, tags, diagnostics := plan.given(ctx)
	response.Diagnostics.Append(diagnostics...)
	_, err := s.cloudformation.UpdateStack(ctx, &cloudformation.UpdateStackInput{
		StackName:    plan.ID.ValueStringPointer(),
		TemplateBody: plan.TemplateBody.ValueStringPointer(),
		Parameters:   parameters,
		Capabilities: capabilities,
		Tags:         tags,
		RoleARN:      plan.IamRoleArn.ValueStringPointer(),
	})
	if err != nil {
		response.Diagnostics.AddError("stack not updated", err.Error())
		return
	}
	found, err := s.settled(ctx, &plan)
	if err != nil {
		response.Diagnostics.AddError("stack not updated", err.Error())
		return
	}
	response.Diagnostics.Append(plan.withOutputs(found)...)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (s *stack) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state stackModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if _, err := s.cloudformation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: state.ID.ValueStringPointer()}); err != nil {
		response.Diagnostics.AddError("stack not deleted", err.Error())
		return
	}
	if _, err := s.settled(ctx, &state); err != nil && !strings.Contains(err.Error(), "does not exist") {
		response.Diagnostics.AddError("stack not deleted", err.Error())
	}
}
