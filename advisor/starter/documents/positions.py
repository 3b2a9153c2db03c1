"""Shell commands that read a record of a stream back from its position."""

from __future__ import annotations

# Source: service of the command line, field of what is kept, option of the position
READ_BACK = {
    "kinesis": ("kinesis", "KinesisBatchInfo", "--starting-sequence-number"),
    "dynamodb-stream": ("dynamodbstreams", "DDBStreamBatchInfo", "--sequence-number"),
}


def read_back(taken: str, source: str) -> str:
    """Return what shows the record at the position that ``taken`` gets from its queue."""
    service, field, number = READ_BACK[source]
    return (
        f"{taken}\n"
        f'place() {{ printf %s "$KEPT" | jq -r ".Body | fromjson | .{field} | .$1"; }}\n'
        f'ITERATOR=$(aws {service} get-shard-iterator --stream-arn "$(place streamArn)" \\\n'
        '  --shard-id "$(place shardId)" --shard-iterator-type AT_SEQUENCE_NUMBER \\\n'
        f'  {number} "$(place startSequenceNumber)" --query ShardIterator --output text)\n'
        f'aws {service} get-records --shard-iterator "$ITERATOR" --limit "$(place batchSize)"'
    )
