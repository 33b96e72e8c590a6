// The parts of the AWS SDK that an app uses for S3 and DynamoDB; esbuild bundles them into one file.
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { S3Client } from '@aws-sdk/client-s3';
export { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
export { Upload } from '@aws-sdk/lib-storage';
