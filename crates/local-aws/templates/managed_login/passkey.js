// Asks the browser for the passkey, and sends its answer with the form.
const form = document.getElementById("passkey");
const field = document.getElementById("credential");
const failed = document.getElementById("failed");
const isNew = form.dataset.ceremony === "create";

async function ask() {
  failed.hidden = true;
  try {
    const options = JSON.parse(form.dataset.options);
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    field.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "skip") return;
  event.preventDefault();
  ask();
});
// A new passkey is the person's own wish, and some browsers ask for a click.
if (!isNew) ask();
