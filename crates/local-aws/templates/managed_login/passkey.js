// Asks the browser for the passkey, and sends its answer with the form.
const form = document.getElementById("passkey");
const field = document.getElementById("credential");
const failed = document.getElementById("failed");

async function ask() {
  failed.hidden = true;
  try {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials.get({ publicKey: options });
    field.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
ask();
