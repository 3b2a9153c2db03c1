variable "resize" {
  type = string
}

resource "aws_sfn_state_machine" "order" {
  name       = "order"
  role_arn   = "arn:aws:iam::123456789012:role/order"
  definition = templatefile("${path.module}/order.tftpl", { resize = var.resize, attempts = 3 })
}

output "arn" {
  value = aws_sfn_state_machine.order.arn
}
