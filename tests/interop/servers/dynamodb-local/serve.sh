#!/bin/bash
# Runs a command while DynamoDB Local serves at 127.0.0.1:8000: serve.sh FOLDER_OF_THE_JAR LOG COMMAND...
# DynamoDB Local listens on every interface, so this belongs into a network namespace of its own.
set -eu
jar=$1 log=$2
shift 2
ip link set lo up
java -Djava.library.path="$jar/DynamoDBLocal_lib" -jar "$jar/DynamoDBLocal.jar" \
  -inMemory -sharedDb -port 8000 -disableTelemetry >"$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
tries=0
until (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; do
  kill -0 $server || { cat "$log"; exit 1; }
  tries=$((tries + 1))
  [ "$tries" -lt 240 ] || { echo "DynamoDB Local did not start in a minute"; exit 1; }
  sleep 0.25
done
POOLPASS_DYNAMODB_LOCAL=http://127.0.0.1:8000 "$@"
