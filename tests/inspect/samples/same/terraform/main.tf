variable "attempts" {
  type    = number
  default = 1
}

locals {
  runtime = "python3.14"
  age     = 3600
}

resource "aws_sqs_queue" "failures" {}

resource "aws_cloudwatch_event_bus" "bus" {
  name = "shop"
}

resource "aws_kinesis_stream" "clicks" {
  name = "clicks"
}

resource "aws_lambda_function" "resize" {
  function_name = "resize"
  runtime       = local.runtime
  handler       = "app.handler"
  role          = "arn:aws:iam::123456789012:role/resize"
}

resource "aws_lambda_function_event_invoke_config" "resize" {
  function_name                = aws_lambda_function.resize.function_name
  maximum_retry_attempts       = var.attempts
  maximum_event_age_in_seconds = local.age

  destination_config {
    on_success {
      destination = aws_cloudwatch_event_bus.bus.arn
    }
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

resource "aws_cloudwatch_event_rule" "uploaded" {
  event_pattern = jsonencode({ source = ["shop.uploads"] })
}

resource "aws_cloudwatch_event_target" "uploaded" {
  rule = aws_cloudwatch_event_rule.uploaded.name
  arn  = aws_lambda_function.resize.arn
}

resource "aws_lambda_permission" "uploaded" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.resize.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.uploaded.arn
}

resource "aws_lambda_function" "count" {
  function_name = "count"
  runtime       = local.runtime
  handler       = "app.handler"
  role          = "arn:aws:iam::123456789012:role/count"
}

resource "aws_lambda_event_source_mapping" "clicks" {
  function_name                      = aws_lambda_function.count.arn
  event_source_arn                   = aws_kinesis_stream.clicks.arn
  starting_position                  = "TRIM_HORIZON"
  maximum_retry_attempts             = 3
  maximum_record_age_in_seconds      = 600
  bisect_batch_on_function_error     = true

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.failures.arn
    }
  }
}

module "order" {
  source = "./order"
  resize = aws_lambda_function.resize.arn
}

resource "aws_scheduler_schedule" "nightly" {
  schedule_expression = "rate(1 day)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = module.order.arn
    role_arn = "arn:aws:iam::123456789012:role/nightly"
  }
}
