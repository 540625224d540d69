/* Wagtail calls the link on our mark "Dashboard"; here that is another screen, and the link leads home. */

const mark = document.querySelector("[data-wagtail-sidebar-branding-logo]")?.content.querySelector("[data-home-label]");
if (mark && window.django?.catalog) {
  // The sidebar is drawn after this module has run, and takes the name from here.
  window.django.catalog.Dashboard = mark.dataset.homeLabel;
}
