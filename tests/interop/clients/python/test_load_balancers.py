"""boto3 creates a load balancer, and a request through it is decided by its rules."""

import http.client
import json
import urllib.parse

import pytest
from backend import ROOT

JWT = "jwt-validation"
COGNITO = "authenticate-cognito"


@pytest.fixture(scope="module")
def elb(backend):
    # Several requests are wrong on purpose: local-aws has to refuse them, and not botocore.
    return backend.client("elbv2", ROOT, parameter_validation=False)


class LoadBalancer:
    """A load balancer with an HTTPS listener, and the echo, a target at local-aws's own port, behind it."""

    def __init__(self, backend, elb) -> None:
        port = urllib.parse.urlsplit(backend.endpoints["sts"]).port
        group = elb.create_target_group(Name="interop", Protocol="HTTP", Port=port, VpcId="vpc-1", TargetType="ip")
        self.target_group = group["TargetGroups"][0]["TargetGroupArn"]
        elb.register_targets(TargetGroupArn=self.target_group, Targets=[{"Id": "127.0.0.1"}])
        balancer = elb.create_load_balancer(Name="interop", Subnets=["subnet-1", "subnet-2"])
        self.arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        listener = elb.create_listener(
            LoadBalancerArn=self.arn,
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": f"arn:aws:acm:{backend.region}:000000000000:certificate/1"}],
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )
        self.listener = listener["Listeners"][0]["ListenerArn"]
        [described] = elb.describe_load_balancers(Names=["interop"])["LoadBalancers"]
        self.url = urllib.parse.urlsplit("http://" + described["DNSName"])

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        connection.request("GET", self.url.path + path, headers=headers)
        return connection.getresponse()

    def rule(self, priority: int, action: dict) -> dict:
        """The input of CreateRule for a path, with an action before the echo."""
        return {
            "ListenerArn": self.listener,
            "Priority": priority,
            "Conditions": [{"Field": "path-pattern", "Values": [f"/{priority}/*"]}],
            "Actions": [{"Order": 1, **action}, {"Type": "forward", "Order": 2, "TargetGroupArn": self.target_group}],
        }


@pytest.fixture(scope="module")
def balancer(backend, elb) -> LoadBalancer:
    return LoadBalancer(backend, elb)


def jwt_validation(backend, **settings) -> dict:
    issuer = f"https://cognito-idp.{backend.region}.amazonaws.com/{backend.user_pool_id}"
    config = {"JwksEndpoint": f"{issuer}/.well-known/jwks.json", "Issuer": issuer} | settings
    return {"Type": JWT, "JwtValidationConfig": {name: value for name, value in config.items() if value}}


def authenticate_cognito(backend, **settings) -> dict:
    [pool] = [backend.client("cognito-idp", ROOT).describe_user_pool(UserPoolId=backend.user_pool_id)["UserPool"]]
    config = {
        "UserPoolArn": pool["Arn"],
        "UserPoolClientId": backend.secret_client["clientId"],
        "UserPoolDomain": pool["Domain"],
    }
    return {"Type": COGNITO, "AuthenticateCognitoConfig": config | settings}


def claim(name: str, *values: str) -> dict:
    return {"Format": "single-string", "Name": name, "Values": list(values)}


def test_a_token_decides(backend, elb, balancer):
    claims = [claim("token_use", "access"), claim("client_id", backend.client_id)]
    [rule] = elb.create_rule(**balancer.rule(1, jwt_validation(backend, AdditionalClaims=claims)))["Rules"]
    session = backend.signed_in(backend.new_user())
    accepted = balancer.get("/1/notes", authorization=f"Bearer {session.access_token}")
    assert accepted.status == 200
    assert json.load(accepted)["path"] == "/1/notes"
    assert balancer.get("/1/notes", authorization=f"Bearer {session.id_token}").status == 401
    assert balancer.get("/1/notes").status == 401
    assert balancer.get("/other").status == 404

    # A changed rule decides at once, and a deleted one no longer.
    others = balancer.rule(1, jwt_validation(backend, AdditionalClaims=[claim("client_id", "other")]))["Actions"]
    [changed] = elb.modify_rule(RuleArn=rule["RuleArn"], Actions=others)["Rules"]
    assert (changed["Priority"], changed["Conditions"]) == ("1", rule["Conditions"])
    assert balancer.get("/1/notes", authorization=f"Bearer {session.access_token}").status == 401
    elb.delete_rule(RuleArn=rule["RuleArn"])
    assert balancer.get("/1/notes").status == 404


@pytest.mark.parametrize(("otherwise", "status"), [("authenticate", 302), ("allow", 200), ("deny", 401)])
def test_without_a_session_the_rule_decides(backend, elb, balancer, otherwise, status):
    extra = {"lang": "de", "login_hint": "ada"}
    action = authenticate_cognito(
        backend, OnUnauthenticatedRequest=otherwise, AuthenticationRequestExtraParams=extra, SessionTimeout=600
    )
    priority = 10 + status
    [rule] = elb.create_rule(**balancer.rule(priority, action))["Rules"]
    answer = balancer.get(f"/{priority}/page")
    assert answer.status == status
    if status == 302:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["location"]).query)
        assert (query["client_id"], query["lang"]) == ([backend.secret_client["clientId"]], ["de"])
    [described] = elb.describe_rules(RuleArns=[rule["RuleArn"]])["Rules"]
    config = described["Actions"][0]["AuthenticateCognitoConfig"]
    assert config["AuthenticationRequestExtraParams"] == extra
    assert (config["SessionTimeout"], config["SessionCookieName"]) == (600, "AWSELBAuthSessionCookie")


def test_wrong_actions_are_refused(backend, elb, balancer, refused):
    for action, code in [
        (jwt_validation(backend, AdditionalClaims=[claim("a", "b")] * 11), "InvalidLoadBalancerAction"),
        (jwt_validation(backend, AdditionalClaims=[claim("exp", "1")]), "InvalidLoadBalancerAction"),
        (jwt_validation(backend, Issuer=None), "ValidationError"),
        (jwt_validation(backend, JwksEndpoint="http://issuer.example/keys"), "InvalidLoadBalancerAction"),
        (authenticate_cognito(backend, OnUnauthenticatedRequest="ask"), "ValidationError"),
        (authenticate_cognito(backend, SessionTimeout=604801), "InvalidLoadBalancerAction"),
        (authenticate_cognito(backend, UserPoolClientId=backend.client_id), "InvalidLoadBalancerAction"),
        ({"Type": "authorize"}, "ValidationError"),
    ]:
        with refused(code):
            elb.create_rule(**balancer.rule(99, action))


def test_priorities_and_arns_are_checked(backend, elb, balancer, refused):
    rule = balancer.rule(50, jwt_validation(backend))
    elb.create_rule(**rule)
    with refused("PriorityInUse"):
        elb.create_rule(**rule)
    with refused("ValidationError"):
        elb.create_rule(**rule | {"Priority": 50001})
    with refused("ListenerNotFound"):
        elb.create_rule(**rule | {"ListenerArn": balancer.listener[:-1] + "x"})
    with refused("ResourceInUse"):
        elb.delete_target_group(TargetGroupArn=balancer.target_group)
    [listed] = elb.describe_listeners(LoadBalancerArn=balancer.arn)["Listeners"]
    assert listed["ListenerArn"] == balancer.listener
    [group] = elb.describe_target_groups(LoadBalancerArn=balancer.arn)["TargetGroups"]
    assert group["TargetGroupArn"] == balancer.target_group


def test_a_caller_needs_the_permission(backend, ada, refused):
    with refused("AccessDenied"):
        backend.client("elbv2", ada.credentials).describe_load_balancers()


def test_a_deleted_load_balancer_is_gone(elb, refused):
    arn = elb.create_load_balancer(Name="short-lived", Subnets=["subnet-1", "subnet-2"])["LoadBalancers"][0]["LoadBalancerArn"]
    for _ in range(2):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    with refused("LoadBalancerNotFound"):
        elb.describe_load_balancers(Names=["short-lived"])
