resource "aws_lambda_function" "f" {
  runtime     = [1]
  environment = 3
}

resource "aws_cloudwatch_event_target" "t" {
  arn = { a = 1 }
}

module "m" {
  source = 3
}

resource "aws_sfn_state_machine" "m" {
  definition            = 5
  logging_configuration = "x"
}
