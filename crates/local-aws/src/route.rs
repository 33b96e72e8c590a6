//! Finds the service and the operation of a request.

use http::{HeaderMap, Method, Uri, header::CONTENT_TYPE};

use crate::{
    load_balancer, stand_in,
    user_pool::{self, domain},
};

/// The services that share the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Cognito user pools (`cognito-idp`).
    UserPool,
    /// A user pool's public keys and OpenID configuration.
    UserPoolKeys,
    /// The domain of a user pool, below `/_domain/`: OAuth 2.0 and managed login.
    UserPoolDomain,
    /// Cognito identity pools (`cognito-identity`).
    IdentityPool,
    DynamoDb,
    Sts,
    Iam,
    /// Elastic Load Balancing's API (`elasticloadbalancing`), version 2.
    ElasticLoadBalancing,
    /// The API behind API Gateway (`execute-api`), below `/_api/`.
    ExecuteApi,
    /// Load balancers and their public keys, below `/_alb/`.
    LoadBalancer,
    S3,
    /// Stand-ins for other identity providers, below `/_providers/`.
    StandIn,
    /// The control endpoints for tests, below `/_local/`.
    Control,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) service: Service,
    /// AWS's name of the operation.
    pub(crate) operation: String,
}

/// The bucket in a host name: `BUCKET.s3.localhost`, `BUCKET.s3.REGION.localhost` or `BUCKET.localhost`, with any port. Names may
/// contain dots.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.split(':').next()?.strip_suffix(".localhost")?;
    let name = match name.rsplit_once(".s3") {
        Some((bucket, region)) if region.is_empty() || region.starts_with('.') => bucket,
        _ => name,
    };
    (name != "s3" && !name.starts_with("s3.")).then_some(name)
}

impl Route {
    /// The route of a request to a bucket's host, which is for S3 whatever its path is. `uri` is in path style.
    pub(crate) fn of_bucket(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        Self::new(Service::S3, s3_operation(method, uri, headers))
    }

    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let path = uri.path();
        if let Some(rest) = path.strip_prefix("/_local/") {
            return Self::new(Service::Control, rest);
        }
        if path.starts_with(domain::PATH) {
            return Self::new(Service::UserPoolDomain, domain::operation(path));
        }
        if let Some(operation) = stand_in::operation(path) {
            return Self::new(Service::StandIn, operation);
        }
        if path.starts_with(load_balancer::PATH) {
            return Self::new(Service::LoadBalancer, "LoadBalancer");
        }
        if path.starts_with("/_api/") {
            return Self::new(Service::ExecuteApi, "Invoke");
        }
        if let Some(target) = headers.get("x-amz-target").and_then(|target| target.to_str().ok())
            && let Some(route) = Self::of_target(target)
        {
            return route;
        }
        // A preflight request has no target; only user pools are served by region.
        if *method == Method::OPTIONS && path.starts_with(user_pool::REGION_PATH) {
            return Self::new(Service::UserPool, "Preflight");
        }
        if path.ends_with("/.well-known/jwks.json") {
            return Self::new(Service::UserPoolKeys, "GetJwks");
        }
        if path.ends_with("/.well-known/openid-configuration") {
            return Self::new(Service::UserPoolKeys, "GetOpenIdConfiguration");
        }
        if let Some(route) = Self::of_query_protocol(method, uri, headers, body) {
            return route;
        }
        Self::new(Service::S3, s3_operation(method, uri, headers))
    }

    fn new(service: Service, operation: &str) -> Self {
        Self { service, operation: operation.to_owned() }
    }

    fn of_target(target: &str) -> Option<Self> {
        let (prefix, operation) = target.split_once('.')?;
        let service = match prefix {
            "AWSCognitoIdentityProviderService" => Service::UserPool,
            "AWSCognitoIdentityService" => Service::IdentityPool,
            "DynamoDB_20120810" => Service::DynamoDb,
            _ => return None,
        };
        Some(Self::new(service, operation))
    }

    /// The route of a request to IAM, STS or Elastic Load Balancing: a form with `Action` and `Version`, in the body or in the query of a GET request.
    fn of_query_protocol(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        if uri.path() != "/" {
            return None;
        }
        let is_form = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        let form = match *method {
            Method::POST if is_form => body,
            Method::GET => uri.query()?.as_bytes(),
            _ => return None,
        };
        let action = form_value(form, "Action")?;
        let service = match form_value(form, "Version")?.as_str() {
            "2011-06-15" => Service::Sts,
            "2010-05-08" => Service::Iam,
            "2015-12-01" => Service::ElasticLoadBalancing,
            _ => return None,
        };
        Some(Self { service, operation: action })
    }
}

fn form_value(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// AWS's operation name for an S3 request in path style, for faults and counts.
fn s3_operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> &'static str {
    let query = uri.query().unwrap_or_default();
    let has = |name: &str| url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name);
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));

    if bucket.is_empty() {
        return "ListBuckets";
    }
    if key.is_empty() {
        return match *method {
            Method::PUT if has("cors") => "PutBucketCors",
            Method::GET if has("cors") => "GetBucketCors",
            Method::DELETE if has("cors") => "DeleteBucketCors",
            Method::GET if has("location") => "GetBucketLocation",
            Method::GET if has("uploads") => "ListMultipartUploads",
            Method::GET if has("list-type") => "ListObjectsV2",
            Method::GET => "ListObjects",
            Method::HEAD => "HeadBucket",
            Method::PUT => "CreateBucket",
            Method::DELETE => "DeleteBucket",
            Method::POST if has("delete") => "DeleteObjects",
            Method::OPTIONS => "Preflight",
            _ => "Unknown",
        };
    }
    let is_copy = headers.contains_key("x-amz-copy-source");
    match *method {
        Method::GET if has("uploadId") => "ListParts",
        Method::GET => "GetObject",
        Method::HEAD => "HeadObject",
        Method::PUT if has("partNumber") && is_copy => "UploadPartCopy",
        Method::PUT if has("partNumber") => "UploadPart",
        Method::PUT if is_copy => "CopyObject",
        Method::PUT => "PutObject",
        Method::POST if has("uploads") => "CreateMultipartUpload",
        Method::POST if has("uploadId") => "CompleteMultipartUpload",
        Method::DELETE if has("uploadId") => "AbortMultipartUpload",
        Method::DELETE => "DeleteObject",
        Method::OPTIONS => "Preflight",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, uri: &str, headers: &[(&'static str, &str)], body: &str) -> (Service, String) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let route = Route::of(&method, &uri.parse().unwrap(), &headers, body.as_bytes());
        (route.service, route.operation)
    }

    #[test]
    fn json_services_are_known_by_their_target() {
        for (target, service, operation) in [
            ("AWSCognitoIdentityProviderService.InitiateAuth", Service::UserPool, "InitiateAuth"),
            ("AWSCognitoIdentityService.GetId", Service::IdentityPool, "GetId"),
            ("DynamoDB_20120810.PutItem", Service::DynamoDb, "PutItem"),
        ] {
            let found = route("POST", "/", &[("x-amz-target", target)], "{}");
            assert_eq!(found, (service, operation.to_owned()));
        }
    }

    #[test]
    fn services_of_the_query_protocol_are_known_by_the_version_of_the_form() {
        let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        for (body, service, operation) in [
            ("Action=GetCallerIdentity&Version=2011-06-15", Service::Sts, "GetCallerIdentity"),
            ("Version=2010-05-08&Action=CreateRole&RoleName=r", Service::Iam, "CreateRole"),
            ("Version=2015-12-01&Action=CreateRule", Service::ElasticLoadBalancing, "CreateRule"),
        ] {
            assert_eq!(route("POST", "/", &form, body), (service, operation.to_owned()));
        }
        let query = "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
        assert_eq!(route("GET", query, &[], "").0, Service::Sts);
    }

    #[test]
    fn keys_control_and_api_have_their_own_paths() {
        let keys = "/eu-west-1_AbCdEfGhI/.well-known/jwks.json";
        assert_eq!(route("GET", keys, &[], ""), (Service::UserPoolKeys, "GetJwks".to_owned()));
        assert_eq!(route("POST", "/_local/faults", &[], "[]"), (Service::Control, "faults".to_owned()));
        assert_eq!(route("GET", "/_api/notes/1", &[], "").0, Service::ExecuteApi);
        for (path, operation) in [
            ("oauth2/authorize?client_id=c", "Authorize"),
            ("oauth2/token", "Token"),
            (".well-known/openid-configuration", "GetDomainOpenIdConfiguration"),
            ("login", "ManagedLogin"),
        ] {
            let found = route("GET", &format!("/_domain/notes/{path}"), &[], "");
            assert_eq!(found, (Service::UserPoolDomain, operation.to_owned()), "{path}");
        }
    }

    #[test]
    fn everything_else_is_s3_in_path_style() {
        let copy = [("x-amz-copy-source", "/b/k")];
        for (method, uri, headers, operation) in [
            ("GET", "/", &[][..], "ListBuckets"),
            ("PUT", "/bucket", &[], "CreateBucket"),
            ("PUT", "/bucket?cors", &[], "PutBucketCors"),
            ("GET", "/bucket/?list-type=2&prefix=a", &[], "ListObjectsV2"),
            ("GET", "/bucket/a/b", &[], "GetObject"),
            ("PUT", "/bucket/a%2Fb", &[], "PutObject"),
            ("PUT", "/bucket/a", &copy, "CopyObject"),
            ("POST", "/bucket/a?uploads", &[], "CreateMultipartUpload"),
            ("PUT", "/bucket/a?partNumber=1&uploadId=x", &[], "UploadPart"),
            ("POST", "/bucket/a?uploadId=x", &[], "CompleteMultipartUpload"),
            ("DELETE", "/bucket/a", &[], "DeleteObject"),
        ] {
            assert_eq!(
                route(method, uri, headers, ""),
                (Service::S3, operation.to_owned()),
                "{method} {uri}"
            );
        }
    }
}
