// A passkey: the browser asks its owner, and what it answers is sent with the form on the page.
const form = document.querySelector("form[data-passkey]");
const trouble = document.getElementById("passkey-trouble");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const known = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

function asked(options) {
  const told = { ...options, challenge: bytes(options.challenge) };
  if (options.user) told.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) told.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) told.allowCredentials = known(options.allowCredentials);
  return { publicKey: told };
}

function written(made) {
  const { response } = made;
  const common = { id: made.id, rawId: text(made.rawId), type: made.type };
  if (response.attestationObject) {
    return {
      ...common,
      response: {
        attestationObject: text(response.attestationObject),
        clientDataJSON: text(response.clientDataJSON),
        transports: response.getTransports ? response.getTransports() : [],
      },
      extensions: JSON.stringify(made.getClientExtensionResults()).slice(0, 250),
    };
  }
  return {
    ...common,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

async function use() {
  trouble.hidden = true;
  try {
    const how = form.dataset.passkey;
    const made = await navigator.credentials[how](asked(JSON.parse(form.dataset.options)));
    form.elements.credential.value = JSON.stringify(written(made));
    form.submit();
  } catch {
    trouble.hidden = false;
    trouble.focus();
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use();
  });
  use();
}
