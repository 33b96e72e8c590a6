// What an app takes of the AWS SDK for S3 and DynamoDB; esbuild makes one file of it.
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { S3Client } from '@aws-sdk/client-s3';
export { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
export { Upload } from '@aws-sdk/lib-storage';
