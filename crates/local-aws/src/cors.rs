//! CORS for every service except S3, whose buckets have their own rules.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{
    exchange::{Request, Response, full},
    route::Service,
};

const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "amz-sdk-invocation-id,amz-sdk-request,authorization,cache-control,content-type,date,x-amz-content-sha256,\
     x-amz-date,x-amz-security-token,x-amz-target,x-amz-user-agent,x-amzn-platform-id,x-amzn-trace-id,x-api-key",
);
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,x-amzn-waf-action,x-amz-crc32,x-amz-request-id,date,\
     www-authenticate",
);

/// The answer to a browser's preflight request for these services or the API.
pub(crate) fn preflight(request: &Request) -> Option<Response> {
    let is_preflight = request.method == Method::OPTIONS
        && request.headers.contains_key(header::ORIGIN)
        && request.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let answered_here = match request.service {
        Service::ExecuteApi | Service::LoadBalancer | Service::UserPoolKeys | Service::StandIn => true,
        Service::UserPoolDomain => is_for_scripts(request),
        Service::S3 => request.uri.path() == "/",
        Service::Control => loopback_origin(&request.headers).is_some(),
        Service::UserPool | Service::IdentityPool | Service::DynamoDb | Service::Sts | Service::Iam => true,
        Service::ElasticLoadBalancing => false,
    };
    if !is_preflight || !answered_here {
        return None;
    }
    let methods = match request.service {
        Service::ExecuteApi | Service::LoadBalancer | Service::Control => {
            "GET,HEAD,OPTIONS,POST,PUT,PATCH,DELETE"
        }
        _ => "GET,POST",
    };
    let mut response = http::Response::new(full(""));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    allow(request, &mut response);
    Some(response)
}

/// Adds the headers that let a page read the answer. As at AWS, any origin may. The control endpoints only allow pages that are
/// served from this machine.
pub(crate) fn allow(request: &Request, response: &mut Response) {
    let origin = match request.service {
        Service::S3 if request.uri.path() != "/" => return,
        Service::Control => loopback_origin(&request.headers).cloned(),
        Service::UserPoolDomain if !is_for_scripts(request) => return,
        _ => Some(HeaderValue::from_static("*")),
    };
    let Some(origin) = origin else { return };
    if !request.headers.contains_key(header::ORIGIN) {
        return;
    }
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
}

/// Of a user pool's domain, scripts call these endpoints; a browser opens the others.
fn is_for_scripts(request: &Request) -> bool {
    ["Token", "UserInfo", "Revoke", "GetDomainOpenIdConfiguration"].contains(&request.operation.as_str())
}

fn loopback_origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let url = url::Url::parse(origin.to_str().ok()?).ok()?;
    let is_loopback = match url.host()? {
        url::Host::Domain(domain) => domain == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    is_loopback.then_some(origin)
}
