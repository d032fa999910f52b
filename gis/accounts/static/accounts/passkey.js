// Passkeys on the account pages. A form says what it wants in data-passkey ("create" or "get") and where to ask for
// the question in data-begin (or holds it already); the answer goes with the form as `credential`.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function read(options) {
  const asked = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: asked };
}

function write(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

async function question(form) {
  if (!form.dataset.begin) return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.dataset.begin, {
    method: "POST",
    headers: { accept: "application/json", "x-csrftoken": form.elements.csrfmiddlewaretoken.value },
  });
  const said = await answer.json();
  if (said.confirm) location.assign(`${said.confirm}?next=${encodeURIComponent(location.pathname)}`);
  if (!answer.ok) throw new Error("refused");
  return said;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const refused = form.querySelector("[data-refused]");
    refused.hidden = true;
    try {
      const asked = read(await question(form));
      const made = form.dataset.passkey === "create" ? await navigator.credentials.create(asked) : await navigator.credentials.get(asked);
      form.elements.credential.value = JSON.stringify(write(made));
    } catch {
      refused.textContent = refused.dataset.refused;
      refused.hidden = false;
      return;
    }
    form.requestSubmit();
  });
}
