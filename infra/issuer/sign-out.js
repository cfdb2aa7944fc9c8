// Passes sign-out on without a second click: whoever came here has already asked for it.
document.forms[0]?.submit()
