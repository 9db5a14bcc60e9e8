// Says that scripts run, before anything is painted; css shows .with-js and hides .without-js.
document.documentElement.classList.add("js");
